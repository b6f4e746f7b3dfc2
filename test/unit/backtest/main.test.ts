import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { emptyResult, scoreReading } from '../../../src/detect/learned/score-reading.ts'
import { createDetector } from '../../../src/detect/learned/state.ts'
import { PROJECT_ROOT } from '../../../src/local/project.ts'
import { dailySine, random, timesOf } from '../detect/learned/series.ts'

const folder = mkdtempSync(join(tmpdir(), 'backtest-'))
after(() => { rmSync(folder, { recursive: true }) })

function backtest(...args: string[]) {
  return spawnSync(process.execPath, [join(PROJECT_ROOT, 'src/backtest/main.ts'), ...args], { encoding: 'utf8', cwd: folder })
}

function write(name: string, lines: readonly string[]): void {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
}

function rowsOf(name: string): string[][] {
  return readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').map((line) => line.split(','))
}

const times = timesOf(10 * 288)
const texts = times.map((us) => new Date(us / 1000).toISOString().slice(0, 19).replace('T', ' '))
const values = dailySine(10, (value, index) => (index === 2500 ? value + 30 : value))

describe('npm run backtest', () => {
  test('scores a file as a sensor\'s readings are scored, row by row, also where times repeat and values are missing', () => {
    const lines = values.map((value, index) => `${texts[index === 700 ? 650 : index === 900 ? 899 : index]},${index === 800 ? '' : value}`)
    write('one.csv', ['timestamp,value', ...lines])
    const { stdout, stderr, status } = backtest('one.csv', '--out', 'scores.csv', '--plot', 'chart.svg')
    assert.equal(status, 0, stderr)
    assert.equal(stderr, '')
    assert.match(stdout, /^one\.csv: 2,880 rows, 1 column, 2026-03-01 00:00:00 to 2026-03-10 23:55:00, 1 values missing\njudged from 2026-03-01 /)
    assert.match(stdout, new RegExp(`\\n  ${texts[2500]}.*  0\\.\\d\\d  \\d\\d; expected \\d\\d to \\d\\d at this hour; jumped up\\n`))
    assert.match(stdout, /\nscores: scores\.csv\nchart: chart\.svg\n$/)

    const [head, ...rows] = rowsOf('scores.csv')
    assert.deepEqual(head, ['timestamp', 'value', 'score', 'expected', 'band_low', 'band_high', 'why'])
    assert.deepEqual(rows.map(([time, value]) => `${time},${value}`), lines)
    assert.deepEqual(rows[800]?.slice(1), ['', '0', '', '', '', ''])
    const detector = createDetector('full')
    const result = emptyResult()
    for (const [index, value] of values.entries()) {
      if (index === 800) continue
      const timeUs = times[index === 700 ? 650 : index === 900 ? 899 : index] as number
      assert.equal(Number(rows[index]?.[2]), scoreReading(detector, timeUs, value, result), `row ${index}`)
    }
    assert.ok(Number(rows[2500]?.[2]) >= 0.5)
    assert.match(readFileSync(join(folder, 'chart.svg'), 'utf8'), /^<svg [\s\S]*class="band"[\s\S]*class="alert"[\s\S]*<\/svg>\n$/)

    write('cut.csv', ['timestamp,value', ...lines.slice(0, 1500)])
    assert.equal(backtest('cut.csv', '--out', 'cut-scores.csv').status, 0)
    assert.deepEqual(rowsOf('cut-scores.csv'), rowsOf('scores.csv').slice(0, 1501))
  })

  test('scores the columns of a machine each for itself and together', () => {
    const next = random(3)
    const noise = (): number => (next() + next() + next() - 1.5) * 2
    const lines = Array.from({ length: 1200 }, (_, index) => {
      const shift = index >= 700 && index < 900 ? 4 : 0
      return `${new Date(times[0] as number / 1000 + index * 1000).toISOString()};${noise() + shift};${10 + noise()};${20 + noise() - shift}`
    })
    write('machine.csv', ['datetime;Pressure;Flow rate;Current', ...lines])
    const { stdout, stderr, status } = backtest('machine.csv', '--out', 'machine-scores.csv', '--plot', 'machine.svg')
    assert.equal(status, 0, stderr)
    assert.match(stdout, /  machine: (Pressure|Current) \d\.\d standard deviations (above|below) usual; /)
    const [head, ...rows] = rowsOf('machine-scores.csv')
    assert.deepEqual(head, ['timestamp', 'Pressure', 'Flow rate', 'Current', 'score', 'anomaly'])
    assert.equal(rows.length, 1200)
    const alarms = rows.flatMap((row, index) => (row[5] === '1' ? [index] : []))
    assert.ok((alarms[0] as number) >= 700 && (alarms.at(-1) as number) < 960 && alarms.length > 180, `${alarms[0]} to ${alarms.at(-1)}`)
    assert.ok(rows.every((row) => row.slice(1, 5).every((cell) => Number(cell) >= 0 && Number(cell) <= 1)))
  })

  test('has a lite detector, with other scores', () => {
    // A square wave, and a sine of the same range in between: nothing but its shape is unusual.
    const next = random(5)
    const shaped = values.map((_, index) => {
      const wave = Math.sin(2 * Math.PI * index / 40)
      return 50 + next() + 10 * (index > 2400 && index < 2480 ? wave : Math.sign(wave))
    })
    write('lite.csv', ['timestamp,value', ...shaped.map((value, index) => `${texts[index]},${value}`)])
    assert.match(backtest('lite.csv', '--lite', '--out', 'lite-scores.csv').stdout, /by the lite detector/)
    assert.equal(backtest('lite.csv', '--out', 'full-scores.csv').status, 0)
    const [lite, full] = ['lite-scores.csv', 'full-scores.csv'].map((name) => rowsOf(name).map((row) => row[2]))
    assert.notDeepEqual(lite, full)
  })

  test('says what is wrong in one line, and ends with 1', () => {
    write('words.csv', ['timestamp,state', '2026-03-01,running'])
    write('short.csv', ['timestamp,value'])
    const cases: readonly (readonly [string[], RegExp])[] = [
      [[], /^name a file: npm run backtest/],
      [['a.csv', 'b.csv'], /^one file at a time, and not "b\.csv" too$/],
      [['a.csv', '--threshold', '1'], /--threshold/],
      [['none.csv'], /^none\.csv can't be read: ENOENT/],
      [['words.csv'], /^words\.csv, line 2: column "state" must be numbers, and "running" is none$/],
      [['words.csv', '--out', 'no/such/folder.csv'], /^no\/such\/folder\.csv can't be written: ENOENT/],
      [['short.csv', '--plot', 'short.svg'], /^short\.csv has no row to draw$/],
    ]
    for (const [args, message] of cases) {
      const { stdout, stderr, status } = backtest(...args)
      assert.deepEqual([stdout, status], ['', 1], args.join(' '))
      assert.match(stderr.trimEnd(), message)
      assert.equal(stderr.indexOf('\n'), stderr.length - 1)
    }
  })

  test('says when there was too little to judge', () => {
    write('few.csv', ['timestamp,value', ...values.slice(0, 100).map((value, index) => `${texts[index]},${value}`)])
    assert.match(backtest('few.csv').stdout, /: 100 rows.*\nall of it was needed to warm up: nothing was judged\n$/)
    write('none.csv', ['timestamp,value'])
    assert.match(backtest('none.csv').stdout, /: 0 rows, 1 column\nnothing to judge\n$/)
  })

  test('explains itself', () => {
    const { stdout, status } = backtest('--help')
    assert.equal(status, 0)
    assert.match(stdout, /npm run backtest -- FILE\.csv \[--out SCORES\.csv\] \[--plot CHART\.svg\] \[--lite\]/)
  })
})
