import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Calendar } from '../../src/calendar/calendar.ts'
import { readCalendar } from '../../src/calendar/config.ts'
import { createTimeZone } from '../../src/calendar/time-zone.ts'
import { readSettingsTable } from '../../src/consumer/alarm-settings.ts'
import { plantTime } from '../../src/calendar/plant-time.ts'
import { judgeReading } from '../../src/consumer/scoring.ts'
import { createSensorMemory } from '../../src/consumer/sensor-memory.ts'
import type { SensorMemory } from '../../src/consumer/sensor-memory.ts'
import { RECORD_BYTES, createDetector, saveDetector } from '../../src/detect/learned/state.ts'
import type { Detector } from '../../src/detect/learned/state.ts'
import { insertAlarmSetting } from '../../src/postgres/alarm-settings.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { createRandom, randomState } from '../../src/sensor/random.ts'
import { bench, eventually, reading } from './consumer-bench.ts'

const CONSUMER_MAIN = fileURLToPath(new URL('../../src/consumer/main.ts', import.meta.url))
const HOUR_MS = 3_600_000
const BERLIN = createTimeZone('Europe/Berlin')
/** When the clocks were changed last. */
const CHANGE_MS = lastChange()
const BEGIN_MS = CHANGE_MS - HOUR_MS
/** More than a block holds, so that some are stored and others not. */
const SENSORS = 150

function lastChange(): number {
  let changeMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  while (BERLIN.offsetMs(changeMs) === BERLIN.offsetMs(changeMs - 1)) changeMs -= HOUR_MS
  return changeMs
}

/** Their machine is in maintenance for 20 minutes, soon after the clocks were changed. */
function calendarFile(): string {
  const path = join(tmpdir(), 'calendar.json')
  const local = (minutes: number): string => new Date(CHANGE_MS + BERLIN.offsetMs(CHANGE_MS) + minutes * 60_000).toISOString().slice(0, 16)
  // An hour later than the change, as local times before it may be shown twice.
  writeFileSync(path, JSON.stringify({ time_zone: BERLIN.name, maintenance: [{ name: 'clean', machines: ['machine-001'], from: local(61), to: local(81) }] }))
  return path
}

interface Uninterrupted {
  /** Each sensor's record, in base64. */
  readonly records: Map<string, string>
  /** What changed of the alarms' conditions, sorted. */
  readonly changes: string[]
}

/** What the stored readings of each log make when they are judged without an interruption. */
async function recomputed(pool: Pool, calendar: Calendar): Promise<Uninterrupted> {
  const { rows } = await pool.query<{ log: number, sensor: number, offset: number, time_us: number, value: number, level: number, quality: number | null }>(`
    select b.log_key as log, r.sensor_key as sensor, b.first_offset + r.offset_in_batch as "offset", (extract(epoch from r.time) * 1000000)::int8 as time_us,
      r.value, r.level, r.quality
    from reading r join batch b using (batch_id) order by b.log_key, "offset"`)
  const settings = await readSettingsTable(pool, 0.7)
  const memories = new Map<string, SensorMemory>()
  const changes: string[] = []
  for (const { log, sensor, offset, time_us: timeUs, value, level, quality } of rows) {
    const name = `${log} ${sensor}`
    let memory = memories.get(name)
    if (memory === undefined) memories.set(name, memory = createSensorMemory(createDetector('full')))
    judgeReading(memory, {
      timeUs, offset, value, level, quality: quality ?? Number.NaN, thresholds: { warning: 35, critical: 40 },
      ...plantTime(calendar, 'machine-001', timeUs),
    }, settings.of(sensor, 'temperature'), (transition, rule, condition) => {
      if (transition === 'updated') return
      changes.push([sensor, rule, offset, transition, transition === 'cleared' ? `${condition.readings} readings` : ''].join(' '))
    })
  }
  return {
    records: new Map([...memories].map(([name, { detector }]) => [name, Buffer.from(saveDetector(detector as Detector)).toString('base64')])),
    changes: changes.toSorted(),
  }
}

/** Of the logs' readings; no sensor comes through two of them. */
async function storedChanges(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ change: string }>(`
    select concat_ws(' ', e.sensor_key, e.rule, m.kafka_offset, e.transition,
      case when e.transition = 'cleared' then (regexp_match(e.detail, 'and (\\d+) reading'))[1] || ' readings' else '' end) as change
    from alarm_event e join alerts m using (alert_id) where m.log_key is not null`)
  return rows.map(({ change }) => change).toSorted()
}

async function stored(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ log: number, sensors: number[], state: Buffer }>('select log_key as log, sensor_keys as sensors, state from detector_block')
  const size = RECORD_BYTES.full
  return new Map(rows.flatMap(({ log, sensors, state }) => sensors.map((sensor, index) => (
    [`${log} ${sensor}`, state.subarray(index * size, (index + 1) * size).toString('base64')] as const))))
}

test('detectors and alarms are those of a run without an interruption, bit by bit, through kills, stops and handovers', async (t) => {
  const { plant, pool, send, consumer: startConsumer, consumed } = await bench(t)
  const PLANT_CALENDAR = calendarFile()
  t.after(() => { rmSync(PLANT_CALENDAR) })
  const calendar = readCalendar(PLANT_CALENDAR)
  const consumer = (id: string) => startConsumer(id, { PLANT_CALENDAR })
  for (const [rule, limit] of [['consecutive_high_alerts', 2], ['rapid_value_change', 3.5], ['baseline_deviation', 4], ['learned_anomaly', 0.1]] as const) {
    await inTransaction(pool, (client) => (
      insertAlarmSetting(client, { sensorType: 'temperature', sensorKey: null }, rule, { limit, offDelayMs: 30_000 }, { name: 'anna', reason: 'test' })))
  }
  const random = createRandom(randomState('detectors'))
  let sent = 0
  const sendRound = async (round: number, sensors: number): Promise<void> => {
    for (const partition of [0, 1]) {
      const messages = Array.from({ length: 2_000 }, (_, index) => {
        const value = 25 + random.uniform() * 5 + (random.uniform() < 0.02 ? 12 : 0)
        return reading(sent + index, {
          timestamp: new Date(BEGIN_MS + 600 * (sent + index) - Math.floor(random.uniform() * 300)).toISOString(),
          sensor_id: `temp-${partition}-${random.uniform() < 0.3 ? 0 : Math.floor(random.uniform() * sensors)}`, value,
          alert_level: value >= 40 ? 'critical' : value >= 35 ? 'warning' : 'normal', quality: random.uniform() < 0.02 ? 0.1 : 1,
          metadata: { producer_epoch: `e${partition}-${round}`, sequence: index + 1 },
        })
      })
      await send(messages, partition)
      sent += messages.length
    }
  }
  // Killed before anything is stored, while some blocks are, and when all were.
  for (const [round, livesMs] of [1_000, 11_500, 2_000].entries()) {
    const child = spawn(process.execPath, [CONSUMER_MAIN], {
      env: {
        PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], FACTORY_TEST_RUN: process.env['FACTORY_TEST_RUN'],
        ...plant.env, CONSUMER_ID: 'consumer-001', GROUP_SESSION_TIMEOUT_MS: '4000', BATCH_MAX_READINGS: '100', PLANT_CALENDAR,
      },
      stdio: 'ignore',
    })
    await sendRound(round, 40 + SENSORS * round / 2)
    await eventually(async () => { assert.ok((await pool.query('select from batch')).rowCount as number > 10 * (round + 1)) })
    if (round === 1) await sendRound(round + 10, SENSORS)
    await sleep(livesMs)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const second = await consumer('consumer-002')
  await sendRound(20, SENSORS)
  await consumed(sent)
  await second.close()
  const { records: wanted, changes } = await recomputed(pool, calendar)
  assert.ok(wanted.size > SENSORS)
  assert.ok(changes.length > 100)
  for (const rule of ['rapid_value_change', 'baseline_deviation']) assert.ok(changes.some((change) => change.includes(` ${rule} `)), rule)
  assert.deepEqual(await storedChanges(pool), changes)
  const found = await stored(pool)
  assert.deepEqual([...wanted].filter(([name, state]) => found.get(name) !== state).map(([name]) => name), [])

  const { rows: outlooks } = await pool.query(`select count(*)::int as sensors, max(learned) as most, bool_and(expected between 20 and 40) as known from sensor_outlook`)
  assert.deepEqual(outlooks, [{ sensors: wanted.size, most: 1, known: true }])

  const third = await consumer('consumer-003')
  const fourth = await consumer('consumer-004')
  await sendRound(30, SENSORS)
  await consumed(sent)
  await third.close()
  await fourth.close()
  const all = await stored(pool)
  const last = await recomputed(pool, calendar)
  assert.deepEqual(await storedChanges(pool), last.changes)
  assert.deepEqual([...last.records].filter(([name, state]) => all.get(name) !== state).map(([name]) => name), [])

  // Blocks of another time are not taken for those of the snapshot.
  await pool.query('update detector_block set next_offset = next_offset + 1')
  const fifth = await consumer('consumer-005')
  await sendRound(40, SENSORS)
  await consumed(sent)
  await fifth.close()
  const { rows: counts } = await pool.query<{ learned: number }>('select max(learned) as learned from sensor_outlook')
  const { learned = 0 } = counts[0] ?? {}
  assert.ok(learned > 0.2 && learned < 1, `${learned}: they learn anew, and nothing twice`)
  const { rows: offsets } = await pool.query(`
    select bool_and(b.next_offset between s.learned_from and s.next_offset) as belong from detector_block b join detector_snapshot s using (log_key)`)
  assert.deepEqual(offsets, [{ belong: true }])
})
