import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createCalendar, defaultCalendar } from '../../src/calendar/calendar.ts'
import type { Calendar, MaintenanceRule, SuppressionGroup } from '../../src/calendar/calendar.ts'
import { createTimeZone } from '../../src/calendar/time-zone.ts'
import { watchSuppressions } from '../../src/consumer/suppression-watch.ts'
import { acknowledgeAlarm, takeOutOfService } from '../../src/postgres/alarm-actions.ts'
import { uuidText } from '../../src/postgres/alarm-changes.ts'
import { suppressMachine, unsuppressMachine } from '../../src/postgres/machine-suppression.ts'
import { RULE, alarmPlant } from './alarm-plant.ts'
import type { AlarmPlant } from './alarm-plant.ts'
import { bench, eventually, reading } from './consumer-bench.ts'

const SECOND_MS = 1_000
const anna = () => ({ name: 'anna', reason: 'new bearing', nowMs: Date.now() })

function calendarOf(maintenance: readonly MaintenanceRule[], groups: readonly SuppressionGroup[] = []): Calendar {
  return createCalendar({ zone: createTimeZone('UTC'), shifts: [], holidays: new Set(), maintenance, groups })
}

/** From a minute ago on, for so long from now. */
const clean = (machines: readonly string[], forMs: number, name = 'weekly clean'): MaintenanceRule => ({
  machines, when: { name, fromMs: Date.now() - 60 * SECOND_MS, toMs: Date.now() + forMs },
})

const group = (machine: string, suppress: readonly string[], name = 'no power'): SuppressionGroup => ({ name, when: { machine, sensor: null, rule: RULE }, suppress })

/** `T-1 suppressed`, of those that are open. */
async function open(plant: AlarmPlant): Promise<string[]> {
  return (await plant.rows<{ text: string }>(`select concat(sensor_id, ' ', state) as text from alarm where ended_at is null order by 1`)).map(({ text }) => text)
}

async function audited(plant: AlarmPlant): Promise<string[]> {
  return (await plant.rows<{ text: string }>(`select concat_ws(' ', coalesce(actor, 'nobody'), action, target, '-', detail) as text from audit_log order by audit_id`))
    .map(({ text }) => text)
}

describe('a maintenance of the calendar', () => {
  test('hides its machines by itself and shows them again, as an operator would, with its name', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0), plant.change('raised', 1, { sensorId: 'T-3' }))
    const pass = watchSuppressions(plant.pool, calendarOf([clean(['*-1'], 2 * SECOND_MS)]))
    assert.equal(await pass(), 1)
    assert.equal(await pass(), 0)
    await plant.apply(plant.change('raised', 2, { sensorId: 'T-2' }))
    assert.deepEqual(await open(plant), ['T-1 suppressed', 'T-2 suppressed', 'T-3 unacknowledged'])
    await eventually(async () => { assert.equal(await pass(), 1) })
    assert.equal(await pass(), 0)
    assert.deepEqual(await open(plant), ['T-1 unacknowledged', 'T-2 unacknowledged', 'T-3 unacknowledged'], 'nothing that was hidden is lost')
    assert.deepEqual(await audited(plant), [
      'calendar machine.suppress M-1 - weekly clean (1 alarms)', 'calendar machine.unsuppress M-1 - weekly clean is over (2 alarms)'])
    assert.deepEqual(await plant.rows(`select actor, reason, transition from alarm_event where actor is not null order by event_id`), [
      { actor: 'calendar', reason: 'weekly clean', transition: 'suppressed' },
      { actor: 'calendar', reason: 'weekly clean is over', transition: 'unsuppressed' }, { actor: 'calendar', reason: 'weekly clean is over', transition: 'unsuppressed' },
    ])
  })

  test('is begun and ended once, however many look at once', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0), plant.change('raised', 1, { sensorId: 'T-3' }))
    const calendar = calendarOf([clean(['M-1', 'M-2'], 60 * SECOND_MS)])
    await Promise.all(Array.from({ length: 4 }, () => watchSuppressions(plant.pool, calendar)()))
    await Promise.all(Array.from({ length: 4 }, () => watchSuppressions(plant.pool, defaultCalendar())()))
    assert.deepEqual((await audited(plant)).toSorted(), [
      'calendar machine.suppress M-1 - weekly clean (1 alarms)', 'calendar machine.suppress M-2 - weekly clean (1 alarms)',
      'calendar machine.unsuppress M-1 - weekly clean is over (1 alarms)', 'calendar machine.unsuppress M-2 - weekly clean is over (1 alarms)'])
    assert.equal((await plant.rows(`select from alarm_event where transition in ('suppressed', 'unsuppressed')`)).length, 4)
  })

  test('does not end what an operator began, and shows nothing before both are over', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0))
    await plant.run((client) => suppressMachine(client, 'M-1', anna()))
    assert.equal(await watchSuppressions(plant.pool, calendarOf([clean(['M-1'], 60 * SECOND_MS)]))(), 1)
    assert.equal(await watchSuppressions(plant.pool, defaultCalendar())(), 1)
    assert.deepEqual(await open(plant), ['T-1 suppressed'])
    assert.equal(await watchSuppressions(plant.pool, defaultCalendar())(), 0)
    assert.equal(await plant.run((client) => unsuppressMachine(client, 'M-1', anna())), 1)
    assert.deepEqual(await open(plant), ['T-1 unacknowledged'])
    assert.deepEqual((await plant.rows(`select transition from alarm_event order by event_id`)).map((row) => Object.values(row)[0]),
      ['raised', 'suppressed', 'unsuppressed'], 'nobody was told twice')
  })

  test('that was ended by hand is not begun again, but the next one is', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0))
    const endMs = Date.now() + 2 * SECOND_MS
    const running: MaintenanceRule = { machines: ['M-1'], when: { name: 'weekly clean', fromMs: endMs - 60 * SECOND_MS, toMs: endMs } }
    const pass = watchSuppressions(plant.pool, calendarOf([running]))
    await pass()
    assert.equal(await plant.run((client) => unsuppressMachine(client, 'M-1', anna())), 1)
    assert.equal(await plant.run((client) => unsuppressMachine(client, 'M-1', anna())), null)
    assert.equal(await pass(), 0)
    assert.deepEqual(await open(plant), ['T-1 unacknowledged'])
    // At once after it, under the same name.
    const next: MaintenanceRule = { machines: ['M-1'], when: { name: 'weekly clean', fromMs: endMs, toMs: endMs + 60 * SECOND_MS } }
    const both = watchSuppressions(plant.pool, calendarOf([running, next]))
    await eventually(async () => { assert.equal(await both(), 1) })
    assert.deepEqual(await open(plant), ['T-1 suppressed'])
  })

  test('of an operator ends by itself when its time is over, and can be given another time', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0))
    const forMs = (ms: number) => ({ source: 'operator', name: '', untilMs: Date.now() + ms } as const)
    assert.equal(await plant.run((client) => suppressMachine(client, 'M-1', anna(), forMs(60_000))), 1)
    const pass = watchSuppressions(plant.pool, defaultCalendar())
    assert.equal(await pass(), 0)
    assert.equal(await plant.run((client) => suppressMachine(client, 'M-1', anna(), forMs(1_000))), 0)
    await eventually(async () => { assert.equal(await pass(), 1) })
    assert.deepEqual(await open(plant), ['T-1 unacknowledged'])
    assert.deepEqual(await audited(plant), ['nobody machine.unsuppress M-1 - its time is over (1 alarms)'])
  })
})

describe('a suppression group', () => {
  test('hides what follows from an alarm as long as that is active, whoever acknowledged it', async (t) => {
    const plant = await alarmPlant(t)
    const pass = watchSuppressions(plant.pool, calendarOf([], [group('M-1', ['M-2', 'M-3'])]))
    await plant.apply(plant.change('raised', 0, { sensorId: 'T-3' }))
    assert.equal(await pass(), 0)
    const cause = plant.change('raised', 1)
    await plant.apply(cause)
    assert.equal(await pass(), 2)
    assert.deepEqual(await open(plant), ['T-1 unacknowledged', 'T-3 suppressed'])
    assert.equal((await audited(plant))[0], 'calendar machine.suppress M-2 - no power: critical threshold violation at T-1 of M-1 (1 alarms)')
    await plant.run((client) => acknowledgeAlarm(client, uuidText(cause.episodeId), 'acknowledge', anna()))
    await plant.apply(plant.change('raised', 2, { sensorId: 'T-4' }))
    assert.equal(await pass(), 0)
    assert.deepEqual(await open(plant), ['T-1 acknowledged', 'T-3 suppressed', 'T-4 suppressed'])
    await plant.apply(plant.change('cleared', 3, { sensorId: 'T-4' }), plant.change('cleared', 4))
    assert.equal(await pass(), 2)
    assert.deepEqual(await open(plant), ['T-3 unacknowledged'], 'what is still there comes out as new')
    assert.equal((await audited(plant))[2], 'calendar machine.unsuppress M-2 - no power: its cause has cleared (1 alarms)')
  })

  test('takes no alarm of another rule, nor one of a sensor that is out of service, nor what a pattern of SQL would', async (t) => {
    const plant = await alarmPlant(t)
    const cause = plant.change('raised', 0)
    await plant.apply(cause)
    const other = { ...group('M-1', ['M-2']), when: { machine: 'M-1', sensor: null, rule: 'bad_quality' } } as const
    assert.equal(await watchSuppressions(plant.pool, calendarOf([], [other, group('M__', ['M-2'], 'a'), group('M%', ['M-2'], 'b')]))(), 0)
    const bySensor = { ...group('M-*', ['M-2']), when: { machine: null, sensor: 'T-*', rule: null } } as const
    const pass = watchSuppressions(plant.pool, calendarOf([], [bySensor]))
    assert.equal(await pass(), 1)
    await plant.run((client) => takeOutOfService(client, uuidText(cause.episodeId), anna()))
    assert.equal(await pass(), 1)
  })

  test('never hides two machines behind each other, and leaves what an operator has ended by hand', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0, { sensorId: 'T-3' }))
    const pass = watchSuppressions(plant.pool, calendarOf([], [group('M-1', ['M-2'], 'first'), group('M-2', ['M-1'], 'second')]))
    assert.equal(await pass(), 1)
    await plant.apply(plant.change('raised', 1))
    assert.deepEqual(await open(plant), ['T-1 suppressed', 'T-3 unacknowledged'])
    assert.equal(await pass(), 2)
    assert.deepEqual(await open(plant), ['T-1 unacknowledged', 'T-3 suppressed'], 'the first group goes before the second')
    await plant.run((client) => unsuppressMachine(client, 'M-2', anna()))
    assert.equal(await pass(), 0)
    assert.deepEqual(await open(plant), ['T-1 unacknowledged', 'T-3 unacknowledged'])
    await plant.apply(plant.change('cleared', 2), plant.change('raised', 3))
    assert.equal(await pass(), 0, 'it cleared and came again between two looks')
  })
})

test('a consumer follows the calendar of its file, and ends what no file asks for any more', async (t) => {
  const { pool, send, consumer } = await bench(t)
  const path = join(tmpdir(), 'calendar.yaml')
  const local = (ms: number): string => new Date(ms).toISOString().slice(0, 16)
  writeFileSync(path, `maintenance:\n  - {name: overhaul, machines: [machine-*], from: ${local(Date.now() - 3_600_000)}, to: ${local(Date.now() + 3_600_000)}}\n`)
  t.after(() => { rmSync(path) })
  const first = await consumer('consumer-001', { PLANT_CALENDAR: path })
  await send([reading(1, { value: 41, alert_level: 'critical' })], 0)
  const state = async (): Promise<unknown> => (await pool.query('select state from alarm where ended_at is null')).rows
  await eventually(async () => { assert.deepEqual(await state(), [{ state: 'suppressed' }]) }, 60_000)
  await first.close()
  await consumer('consumer-002')
  await eventually(async () => { assert.deepEqual(await state(), [{ state: 'unacknowledged' }]) })
})
