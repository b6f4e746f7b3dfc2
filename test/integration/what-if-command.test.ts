import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { historyPlant } from './history-plant.ts'

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const START_MS = Date.UTC(2026, 0, 5, 8)

test('npm run what-if says what other settings would have raised, and what is wrong with its options', async (t) => {
  const plant = await historyPlant(t)
  const sensor = (await plant.addSensors([{ id: 'T-1' }])).get('T-1') ?? assert.fail()
  const values = [41, 30, 30, 30, 41, 41, 41, 41, 41, 41, 30]
  await plant.add(values.map((value, index) => ({ ...sensor, timeUs: (START_MS + index * 1_000) * 1_000, value, level: value > 40 ? 2 : 0 })))
  const run = (...options: string[]): Promise<[code: number, said: string]> => new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', DATABASE_URL: plant.databaseUrl }
    execFile(process.execPath, [CLI, 'what-if', ...options], { env }, (error, stdout, stderr) => {
      resolve([error === null ? 0 : Number(error.code), stdout + stderr])
    })
  })
  // So that each alarm of now is one by itself.
  await plant.pool.query(`insert into alarm_setting (sensor_type, rule, off_delay_ms, changed_by, reason)
    values ('temperature', 'critical_threshold_violation', 0, 'anna', 'test')`)
  for (const rule of ['consecutive_high_alerts', 'rapid_value_change', 'baseline_deviation']) {
    await plant.pool.query(`insert into alarm_setting (sensor_type, rule, enabled, changed_by, reason) values ('temperature', $1, false, 'anna', 'test')`, [rule])
  }
  const base = ['--rule', 'critical_threshold_violation', '--to', new Date(START_MS + 60_000).toISOString(), '--hours', '1']
  const [code, said] = await run(...base, '--sensor', 'T-1', '--on-delay-ms', '4000')
  assert.equal(said, [
    '11 readings of 1 sensor: 2 alarms become 1: 1 does not come; one comes 4 s later',
    'critical_threshold_violation: 2 become 1',
    'not come  T-1                   2026-01-05T08:00:00.000Z  critical_threshold_violation  peak 41.00',
    'moved     T-1                   2026-01-05T08:00:08.000Z  critical_threshold_violation  peak 41.00, 4.00 s later', '',
  ].join('\n'))
  assert.equal(code, 0)
  assert.match((await run(...base, '--type', 'temperature'))[1], /^11 readings of 1 sensor: 2 alarms become 2; none is lost\n$/)
  // Eleven readings teach nothing.
  assert.equal((await run(...base, '--sensor', 'T-1', '--rule', 'learned_anomaly', '--limit', '0.5', '--detector', 'lite'))[1], [
    '11 readings of 1 sensor: 2 alarms become 2; none is lost',
    'the detectors learned from 0 readings before, for 0.00 h or more; 0 of 1 is believed from the beginning on', '',
  ].join('\n'))
  assert.deepEqual(await run(...base, '--sensor', 'T-1', '--detector', 'huge'), [2, '--detector must be one of full, lite\n'])
  assert.deepEqual(await run(...base, '--sensor', 'T-1', '--rule', 'learned_anomaly', '--limit', '7'),
    [2, 'limit of learned_anomaly must be a score from 0.1 to 0.99\n'])
  assert.deepEqual(await run(...base, '--sensor', 'nobody'), [1, 'there is no sensor "nobody"\n'])
  assert.deepEqual(await run(...base), [2, 'say of which sensors: --sensor ID, or --type TYPE\n'])
  assert.deepEqual(await run(...base, '--sensor', 'T-1', '--on-delay-ms', 'x'), [2, '--on-delay-ms is "x"; it must be a number\n'])
})
