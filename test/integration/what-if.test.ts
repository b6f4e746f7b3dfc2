import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveSettings } from '../../src/alarm/alarm-rules.ts'
import { defaultCalendar } from '../../src/calendar/calendar.ts'
import { sensorAlarms } from '../../src/consumer/alarm-settings.ts'
import { judgeReading } from '../../src/consumer/scoring.ts'
import { createSensorMemory } from '../../src/consumer/sensor-memory.ts'
import type { WhatIfAnswer } from '../../src/contract/alarm-api.ts'
import { ALARM_RULES } from '../../src/contract/alarm.ts'
import { createDetector } from '../../src/detect/learned/state.ts'
import type { Mode } from '../../src/detect/learned/state.ts'
import { replayAlarms } from '../../src/postgres/replay-alarms.ts'
import { createRandom, randomState } from '../../src/sensor/random.ts'
import { addAccount, startAccess } from './access-client.ts'
import type { Reply } from './access-client.ts'
import { historyPlant } from './history-plant.ts'
import { assertDescribed } from './monitoring-client.ts'

const DAY_MS = 86_400_000
const BEGIN_MS = Date.UTC(2026, 0, 5)
const EVERY_MS = 60_000

/** A noisy sensor of a minute, with a spike in some of its hours, for so many days. */
function series(days: number): { readonly timeMs: number, readonly value: number }[] {
  const random = createRandom(randomState('what-if2'))
  return Array.from({ length: days * DAY_MS / EVERY_MS }, (_, index) => (
    { timeMs: BEGIN_MS + index * EVERY_MS, value: 25 + Math.sin(index / 200) + random.uniform() + (random.uniform() < 0.002 ? 4 * random.uniform() : 0) }))
}

/** How often the consumers raise `learned_anomaly` from `fromMs` on, when they have learned from all readings. */
function raisedByConsumer(readings: ReturnType<typeof series>, fromMs: number, mode: Mode, limit: number): number {
  const memory = createSensorMemory(createDetector(mode))
  const alarms = sensorAlarms(ALARM_RULES.map((rule) => resolveSettings('temperature', rule, rule === 'learned_anomaly' ? { limit } : {})), 0.7)
  let raised = 0
  for (const [offset, { timeMs, value }] of readings.entries()) {
    judgeReading(memory, { timeUs: timeMs * 1_000, offset, value, level: 0, quality: Number.NaN, thresholds: { warning: 35, critical: 40 },
      utcOffsetMin: 0, inMaintenance: false }, alarms,
      (transition, rule) => { if (transition === 'raised' && rule === 'learned_anomaly' && timeMs >= fromMs) raised++ })
  }
  return raised
}

test('what if replays the learned detector, which has learned from the readings before', async (t) => {
  const plant = await historyPlant(t)
  const sensor = (await plant.addSensors([{ id: 'T-1' }])).get('T-1') ?? assert.fail()
  const readings = series(5)
  await plant.add(readings.map(({ timeMs, value }) => ({ ...sensor, timeUs: timeMs * 1_000, value })))
  await addAccount(plant.pool, 'olga', 'operator')
  const api = await startAccess(t, plant.databaseUrl)
  const cookie = await api.login('olga')
  const fromMs = BEGIN_MS + 3 * DAY_MS
  const send = (body: object, { ask: asked } = api): Promise<Reply> => asked('POST', '/api/what-if', {
    cookie, body: { sensors: ['T-1'], from: new Date(fromMs).toISOString(), to: new Date(fromMs + 2 * DAY_MS).toISOString(), ...body } })
  const ask = async (body: object, of = api): Promise<WhatIfAnswer> => {
    const reply = await send(body, of)
    assert.equal(reply.status, 200, JSON.stringify(reply.body))
    await assertDescribed(api.url, '/api/what-if', 200, reply.body, 'post')
    return reply.body as WhatIfAnswer
  }

  const learned = { sensors: 1, readings: 2 * 1_440, learning: { readings: 3 * 1_440, shortest_ms: 3 * DAY_MS, believed_sensors: 1 } }
  const expected = (mode: Mode, limit: number): number => raisedByConsumer(readings, fromMs, mode, limit)
  const [now, lower] = [expected('full', 0.7), expected('full', 0.4)]
  assert.ok(now > 0 && lower > now, `${now} and ${lower} alarms: the cases differ`)
  const count = ({ rules, sensors, readings: looked, learning }: WhatIfAnswer) => (
    { rule: rules.find(({ rule }) => rule === 'learned_anomaly'), sensors, readings: looked, learning })
  assert.deepEqual(count(await ask({ settings: [{ rule: 'learned_anomaly', limit: 0.4 }] })), {
    ...learned, rule: { rule: 'learned_anomaly', before: now, after: lower } })
  assert.deepEqual(count(await ask({ settings: [{ rule: 'learned_anomaly', limit: 0.4 }], detector: 'lite' })), {
    ...learned, rule: { rule: 'learned_anomaly', before: now, after: expected('lite', 0.4) } })
  const off = await ask({ settings: [{ rule: 'learned_anomaly', enabled: false }] })
  assert.equal(off.gone.filter(({ rule }) => rule === 'learned_anomaly').length, now)

  // A rule that has nothing to do with it is answered without it.
  const other = await ask({ settings: [{ rule: 'rapid_value_change', limit: 3 }] })
  assert.deepEqual([other.learning, other.rules.map(({ rule }) => rule)], [null, ['rapid_value_change']])

  // There is nothing before: it is believed only later.
  const bare = await ask({ settings: [{ rule: 'learned_anomaly', limit: 0.4 }], from: new Date(BEGIN_MS).toISOString() })
  assert.deepEqual(bare.learning, { readings: 0, shortest_ms: 0, believed_sensors: 0 })

  const refused = await send({ settings: [{ rule: 'learned_anomaly', limit: 3 }] })
  assert.deepEqual([refused.status, refused.body], [400, { error: 'limit of learned_anomaly must be a score from 0.1 to 0.99' }])

  // The consumers learn nothing, so nothing is raised now.
  const without = await startAccess(t, plant.databaseUrl, { detector: { mode: null, alarmScore: 0.7 } })
  const unsaid = await send({ settings: [{ rule: 'learned_anomaly' }] }, without)
  assert.deepEqual([unsaid.status, unsaid.body], [400, { error: 'nothing is learned here (DETECTOR is off); say which detector to try: full or lite' }])
  assert.deepEqual(count(await ask({ settings: [{ rule: 'learned_anomaly' }], detector: 'full' }, without)), {
    ...learned, rule: { rule: 'learned_anomaly', before: 0, after: now } })
})

test('while much is computed, others get their turn', async (t) => {
  const plant = await historyPlant(t)
  const sensor = (await plant.addSensors([{ id: 'T-1' }])).get('T-1') ?? assert.fail()
  const random = createRandom(randomState('much'))
  const readings = Array.from({ length: 100_000 }, (_, index) => ({ timeMs: BEGIN_MS + index * 1_000, value: 25 + random.uniform() }))
  await plant.add(readings.map(({ timeMs, value }) => ({ ...sensor, timeUs: timeMs * 1_000, value })))
  let turns = 0
  let computing = true
  const turn = (): void => {
    turns++
    if (computing) setImmediate(turn)
  }
  turn()
  let turnsWhenRead = 0
  const fromMs = BEGIN_MS + 50_000_000
  const answer = await replayAlarms(async (work) => {
    const rows = await work(plant.pool)
    turnsWhenRead = turns
    return rows
  }, {
    of: { sensorIds: ['T-1'] }, fromMs, toMs: fromMs + DAY_MS, changes: new Map([['learned_anomaly', { limit: 0.5 }]]),
    detector: { mode: 'full', alarmScore: 0.7 }, calendar: defaultCalendar(), triedMode: 'lite',
  })
  computing = false
  assert.ok(answer !== 'too many readings' && !('unknown' in answer))
  assert.deepEqual([answer.readings, answer.learning?.readings], [50_000, 50_000])
  assert.ok(turns - turnsWhenRead >= 10, `${turns - turnsWhenRead} turns after the last reading was read`)
})

test('what if begins anew where the device was replaced, and leaves out what is decommissioned', async (t) => {
  const plant = await historyPlant(t)
  const sensors = await plant.addSensors(['T-1', 'T-2'].map((id) => ({ id })))
  const readings = (id: string) => series(2).map(({ timeMs, value }) => (
    { ...sensors.get(id) ?? assert.fail(), timeUs: timeMs * 1_000, value: value + (timeMs < BEGIN_MS + DAY_MS ? 0 : 20) }))
  await plant.add([...readings('T-1'), ...readings('T-2')])
  const ask = async (of: { sensorIds: string[] } | { sensorType: 'temperature' }, fromMs: number) => {
    const answer = await replayAlarms((work) => work(plant.pool), {
      of, fromMs, toMs: BEGIN_MS + 2 * DAY_MS, changes: new Map([['rapid_value_change', { limit: 15 }], ['learned_anomaly', {}]]),
      detector: { mode: 'full', alarmScore: 0.99 }, calendar: defaultCalendar(), triedMode: null,
    })
    assert.ok(answer !== 'too many readings' && !('unknown' in answer))
    const { comparison: { byRule }, sensors: looked, learning } = answer
    return { rapid: byRule.get('rapid_value_change')?.after ?? 0, sensors: looked, learned: learning?.readings }
  }
  const T1 = { sensorIds: ['T-1'] }
  const lateMs = BEGIN_MS + DAY_MS + 3_600_000
  assert.deepEqual(await ask(T1, BEGIN_MS), { rapid: 1, sensors: 1, learned: 0 })
  assert.deepEqual(await ask(T1, lateMs), { rapid: 0, sensors: 1, learned: 1_500 })
  await plant.pool.query(`update sensors set replaced_at = $1 where sensor_id = 'T-1'`, [new Date(BEGIN_MS + DAY_MS)])
  assert.deepEqual(await ask(T1, BEGIN_MS), { rapid: 0, sensors: 1, learned: 0 })
  assert.deepEqual(await ask(T1, lateMs), { rapid: 0, sensors: 1, learned: 60 })
  assert.equal((await ask({ sensorType: 'temperature' }, lateMs)).sensors, 2)
  await plant.pool.query(`update sensors set status = 'decommissioned' where sensor_id = 'T-2'`)
  assert.equal((await ask({ sensorType: 'temperature' }, lateMs)).sensors, 1)
})
