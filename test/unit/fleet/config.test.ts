import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../../src/fleet/config.ts'
import { epochOf } from '../../../src/fleet/epoch.ts'
import { NOW_MS, PLANT } from './made-readings.ts'

const read = (args: readonly string[], env: Record<string, string> = {}): ReturnType<typeof readConfig> => (
  readConfig(['--plant', PLANT, ...args], env, NOW_MS))

test('options go before variables, and both before the defaults', () => {
  assert.deepEqual([read([]).sensors.length, read([]).ratePerS, read([]).history, read([]).seed], [177, null, null, '1'])
  const config = read(['--sensors', '20'], { SENSORS: '30', RATE: '50', MINUTES: '2', TIME_SCALE: '60', SEED: 'x', TEMPERATURE_WARNING_THRESHOLD: '30' })
  assert.deepEqual([config.sensors.length, config.ratePerS, config.minutes, config.timeScale, config.seed], [20, 50, 2, 60, 'x'])
  assert.deepEqual(config.thresholds.temperature, { warning: 30, critical: 40 })
})

test('history begins and ends where it is told, and now without an end', () => {
  assert.deepEqual(read(['--from', '2026-01-01', '--to', '2026-01-03']).history, { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 0, 3) })
  assert.deepEqual(read(['--from', '2026-08-31T06:30Z']).history, { fromMs: Date.UTC(2026, 7, 31, 6, 30), toMs: NOW_MS })
})

test('what is wrong is said in one line that names it, its value and what is allowed', () => {
  for (const [args, message] of [
    [['--sensors', '0'], '--sensors is "0"; it must be a whole number from 1 to 1000000'],
    [['--rate', 'fast'], '--rate is "fast"; it must be a number from 0.001 to 10000000'],
    [['--speed', '1'], /^Unknown option '--speed'; there are --sensors, --rate, /],
    [['--from', '2026-02-30'], '--from is "2026-02-30"; it must be a day like 2026-01-31 or a time like 2026-01-31T06:00Z'],
    [['--from', '1.1.2026'], /^--from is "1\.1\.2026"; it must be a day/],
    [['--to', '2026-01-01'], '--to is given without --from'],
    [['--from', '2026-01-02', '--to', '2026-01-02'], /^--from is 2026-01-02.*; it must be before --to, 2026-01-02/],
    [['--from', '2026-01-02', '--to', '2026-09-02'], /^--to is 2026-09-02.*; it must not be in the future$/],
    [['--from', '2025-07-01'], /^--from is 2025-07-01.*; it must not be before 2025-07-28.*RETENTION_RAW_DAYS, 400 days/],
    [['--from', '2026-01-02', '--minutes', '1'], /^--minutes and --from exclude each other/],
    [['--sensors', '2', '--rate', '5000'], /^--rate is 5000; with 2 sensors some would report more than once a millisecond/],
  ] as const) assert.throws(() => read(args), { name: 'ExitError', message })
  assert.throws(() => read([], { RATE: '-1' }), { name: 'ExitError', message: /^RATE is "-1"/ })
  assert.throws(() => read(['--from', '2026-01-01'], { RETENTION_RAW_DAYS: '30' }), { message: /RETENTION_RAW_DAYS, 30 days/ })
})

test('a live run has a name of its own each time, a history the same for the same readings', () => {
  assert.notEqual(epochOf(read([])), epochOf(read([])))
  const history = ['--from', '2026-01-01', '--to', '2026-01-03']
  assert.equal(epochOf(read(history)), epochOf(read([...history, '--truth', 'other'])))
  const changed = [['--seed', '2'], ['--sensors', '5'], ['--rate', '10'], ['--time-scale', '2'], ['--from', '2026-01-02']]
  assert.equal(new Set([history, ...changed.map((change) => [...history, ...change])].map((args) => epochOf(read(args)))).size, 6)
})
