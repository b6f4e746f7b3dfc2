import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCsvEncoder, csvText } from '../../../../src/monitoring/export/csv.ts'

test('a text is quoted where it has to be, and gets an apostrophe where a spreadsheet would calculate it', () => {
  for (const [value, field] of [
    ['temp-1', 'temp-1'], ['', '""'], ['a,b', '"a,b"'], ['say "no"', '"say ""no"""'], ['two\nlines', '"two\nlines"'], ['two\r\nlines', '"two\r\nlines"'], ['°C', '°C'],
    ['=1+1', "'=1+1"], ['+1', "'+1"], ['-1', "'-1"], ['@x', "'@x"], ['\tx', "'\tx"], ['\rx', '"\'\rx"'], ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a=1', 'a=1'],
  ] as const) assert.equal(csvText(value), field)
})

test('numbers are left as they are, and null is nothing', () => {
  const encoder = createCsvEncoder([{ name: 'id', kind: 'text', sql: '' }, { name: 'value', kind: 'double', sql: '' }])
  assert.equal(String(encoder.begin()), 'id,value\r\n')
  assert.equal(String(encoder.rows([['-a', '-5.25'], [null, null], ['b', '1e-07']])), "'-a,-5.25\r\n,\r\nb,1e-07\r\n")
})
