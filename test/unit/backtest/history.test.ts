import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openHistory } from '../../../src/backtest/history.ts'
import { ExitError } from '../../../src/runtime/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-'))
after(() => { rmSync(folder, { recursive: true }) })

function fileOf(content: string): string {
  const path = join(folder, 'history.csv')
  writeFileSync(path, content)
  return path
}

function read(content: string): { columns: readonly string[], rows: { timestamp: string, values: readonly number[] }[] } {
  const { columns, rows } = openHistory(fileOf(content))
  return { columns, rows: [...rows].map(({ timestamp, values }) => ({ timestamp, values })) }
}

describe('a history', () => {
  test('is read with commas or semicolons, with any line end, and with a byte order mark', () => {
    const wanted = { columns: ['a', 'b'], rows: [{ timestamp: '2026-03-01 06:00:00', values: [1.5, -2e3] }] }
    assert.deepEqual(read('timestamp,a,b\n2026-03-01 06:00:00,1.5,-2e3\n'), wanted)
    assert.deepEqual(read('datetime;a;b\r\n2026-03-01 06:00:00;1.5;-2e3\r\n'), wanted)
    assert.deepEqual(read('\ufefftime;"a";"b"\n2026-03-01 06:00:00;1,5;-2e3'), wanted)
    assert.deepEqual(read('"timestamp", a ,b\n\n"2026-03-01 06:00:00", 1.5 ,-2e3\n\n'), wanted)
  })

  test('keeps every row in its order, also where times repeat or go back', () => {
    const times = ['2026-03-01 06:00:00', '2026-03-01 06:00:00', '2026-03-01 05:00:00', '2026-03-01 07:00:00']
    assert.deepEqual(read(`timestamp,value\n${times.map((time) => `${time},1\n`).join('')}`).rows.map(({ timestamp }) => timestamp), times)
  })

  test('has missing values where a cell is empty', () => {
    assert.deepEqual(read('timestamp,a,b\n2026-03-01,,NaN\n2026-03-02,null,7\n').rows.map(({ values }) => values), [[Number.NaN, Number.NaN], [Number.NaN, 7]])
  })

  test('may have a separator in quotes', () => {
    assert.deepEqual(read('timestamp,"flow, ""in"""\n2026-03-01,1\n').columns, ['flow, "in"'])
  })

  test('is read whole where it is larger than what is read at once', () => {
    const rows = Array.from({ length: 120_000 }, (_, index) => `2026-03-01 00:00:00,${index}`)
    const { rows: found } = read(`timestamp,größe\n${rows.join('\n')}`)
    assert.equal(found.length, rows.length)
    assert.ok(found.every(({ values }, index) => values[0] === index))
  })

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['is empty', '', /history\.csv is empty; it must begin with a header/],
    ['has no header', '2026-03-01,1\n', /begins with a row, not with a header/],
    ['has no column of values', 'timestamp\n2026-03-01\n', /has one column, "timestamp"/],
    ['has a column of words', 'timestamp,a,state\n2026-03-01,1,running\n', /line 2: column "state" must be numbers, and "running" is none/],
    ['has infinite values', 'timestamp,a\n2026-03-01,Infinity\n', /line 2: column "a" must be numbers, and "Infinity" is none/],
    ['has a wrong time', 'timestamp,a\n2026-03-01,1\nyesterday,1\n', /line 3: "yesterday" is no time like 2026-03-01 06:00:00/],
    ['has a row with too few cells', 'timestamp,a,b\n2026-03-01,1\n', /line 2: 2 cells; the header has 3/],
    ['has a column twice', 'timestamp,a,a\n2026-03-01,1,2\n', /two columns "a"/],
    ['has a column without a name', 'timestamp,a,\n2026-03-01,1,2\n', /a column without a name/],
    ['has a column of several that is called as ours', 'timestamp,a,score\n2026-03-01,1,2\n', /can't be called "score"/],
  ]
  for (const [what, content, message] of wrong) {
    test(`that ${what} is refused`, () => {
      assert.throws(() => read(content), (error) => error instanceof ExitError && message.test(error.message) && !error.message.includes('\n'))
    })
  }

  test('that isn\'t there is refused', () => {
    assert.throws(() => openHistory(join(folder, 'none.csv')), /none\.csv can't be read: ENOENT/)
    assert.throws(() => openHistory(folder), /can't be read: EISDIR/)
  })
})
