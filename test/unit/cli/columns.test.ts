import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createColumns, formatValue, oneLine, timeOfDay } from '../../../src/cli/columns.ts'

test('a column is as wide as its widest cell so far, and one long name is cut', () => {
  const columns = createColumns([4, 3], new Set([1]))
  assert.deepEqual(columns(['a', '1']), ['a   ', '  1'])
  assert.deepEqual(columns(['abcdef', '22']), ['abcdef', ' 22'])
  assert.deepEqual(columns(['a', '1']), ['a     ', '  1'])
  assert.equal(columns(['x'.repeat(256), '1'])[0], `${'x'.repeat(59)}…`)
})

test('somebody\'s text can neither end our line nor steer the terminal', () => {
  assert.equal(oneLine('a\nb\u001b[31mc\u009bd\u2028e\u202ef°C'), 'a·b·[31mc·d·e·f°C')
})

test('values have the figures that a person reads', () => {
  assert.deepEqual([42.479, 1013.25, 0, -3, 0.0004, 1e300].map(formatValue), ['42.48', '1013.25', '0.00', '-3.00', '0.0004000', '1.000e+300'])
  assert.equal(timeOfDay(Date.parse('2026-01-31T04:21:07.123Z')), '04:21:07.123')
})
