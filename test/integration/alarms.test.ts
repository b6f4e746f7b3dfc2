import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  acknowledgeAlarm, acknowledgeGroup, expireShelving, returnToService, shelveAlarm, takeOutOfService, unshelveAlarm,
} from '../../src/postgres/alarm-actions.ts'
import { applyConditionChanges, uuidText } from '../../src/postgres/alarm-changes.ts'
import type { ConditionChange } from '../../src/postgres/alarm-changes.ts'
import { clearAlarmsOfClosedLogs, endAlarmsOfDecommissioned } from '../../src/postgres/alarm-logs.ts'
import { suppressMachine, unsuppressMachine } from '../../src/postgres/machine-suppression.ts'
import { claimUnsentAlerts, forgetUnsentAlerts } from '../../src/postgres/outbox.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import { MOST_OF_GROUP, readLargeGroups, readOpenAlarms } from '../../src/postgres/read-alarms.ts'
import { registerSensors } from '../../src/postgres/sensor-registry.ts'
import { RULE, START_MS, alarmPlant } from './alarm-plant.ts'
import type { AlarmPlant } from './alarm-plant.ts'
import { addLog } from './stored-readings.ts'

const anna = (atS: number) => ({ name: 'anna', reason: 'known', nowMs: START_MS + atS * 1_000 })

async function states(plant: AlarmPlant): Promise<string[]> {
  const rows = await plant.rows<{ state: string, ended: boolean }>(
    'select state, ended_at is not null as ended from alarm order by raised_at, sensor_id, rule')
  return rows.map(({ state, ended }) => (ended ? 'over' : state))
}

async function transitions(plant: AlarmPlant, table: 'alarm_event' | 'alerts'): Promise<string[]> {
  const order = table === 'alerts' ? 'created_at, timestamp_utc' : 'event_id'
  return (await plant.rows<{ transition: string }>(`select transition from ${table} order by ${order}`)).map(({ transition }) => transition)
}

describe('alarms in PostgreSQL', () => {
  test('are a row each from being raised to being over, with a message for each change', async (t) => {
    const plant = await alarmPlant(t)
    const raised = plant.change('raised', 0)
    const episodeId = uuidText(raised.episodeId)
    await plant.apply(raised)
    await plant.apply(plant.change('updated', 10, { peakValue: 44, peakExcess: 4, addedReadings: 3, value: 43 }))
    await plant.apply(plant.change('escalated', 12, { severity: 'high', addedReadings: 1 }))
    const done = await plant.run((client) => acknowledgeAlarm(client, episodeId, 'acknowledge', anna(15)))
    assert.equal(done.outcome, 'done')
    const [standing] = await plant.rows('select status, count(*) from alerts group by status order by status')
    assert.deepEqual(standing, { status: 'acknowledged', count: 3 }, 'all messages of it')
    await plant.apply(plant.change('cleared', 30, { addedReadings: 0, value: 38, level: 'warning' }))
    const [alarm] = await plant.rows('select state, condition_active, readings, peak_value, first_value, last_value, acknowledged_by, ended_at, cleared_at from alarm')
    const endedAt = new Date(START_MS + 30_000)
    assert.deepEqual(alarm, {
      state: 'normal', condition_active: false, readings: 5, peak_value: 44, first_value: 41, last_value: 38, acknowledged_by: 'anna', ended_at: endedAt,
      cleared_at: endedAt,
    })
    assert.deepEqual(await transitions(plant, 'alarm_event'), ['raised', 'escalated', 'acknowledged', 'cleared'])
    assert.deepEqual((await transitions(plant, 'alerts')).toSorted(), ['acknowledged', 'cleared', 'escalated', 'raised'])
    const messages = await plant.rows('select distinct episode_id, status, resolved_at from alerts')
    assert.deepEqual(messages, [{ episode_id: episodeId, status: 'resolved', resolved_at: endedAt }], 'all of them say where the alarm is')
    const unsent = await plant.rows('select transition, log_key from alert_unsent join alerts using (alert_id)')
    assert.deepEqual(unsent, [{ transition: 'acknowledged', log_key: null }], 'what no reading made is for the consumers to publish')
  })

  test('are one for a sensor and rule, cleared when all logs that raised it have', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0, { logKey: 1 }))
    await plant.apply(plant.change('raised', 1, { logKey: 2, peakValue: 45, peakExcess: 5 }), plant.change('raised', 1, { rule: 'stale_signal', logKey: null, offset: null }))
    assert.deepEqual(await states(plant), ['unacknowledged', 'unacknowledged'])
    assert.equal((await transitions(plant, 'alerts')).length, 2, 'who joins says nothing')
    await plant.apply(plant.change('cleared', 5, { logKey: 1 }))
    assert.deepEqual(await states(plant), ['unacknowledged', 'unacknowledged'])
    await plant.apply(plant.change('cleared', 6, { logKey: 2 }))
    assert.deepEqual(await states(plant), ['returned_unacknowledged', 'unacknowledged'])
    await plant.apply(plant.change('raised', 7, { logKey: 2 }))
    assert.deepEqual(await states(plant), ['unacknowledged', 'unacknowledged'], 'it comes back before anybody has seen it')
    const [{ peak_value: peak, readings } = {}] = await plant.rows('select peak_value, readings from alarm where rule = $1', [RULE])
    assert.deepEqual([peak, readings], [45, 5])
  })

  test('are cleared without a log that says nothing any more, and raised again where it does', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0, { logKey: 1 }), plant.change('raised', 1, { logKey: 2 }))
    await plant.apply(plant.change('cleared', 900, { logKey: 2 }))
    assert.deepEqual(await states(plant), ['unacknowledged'], 'it may say so in a moment')
    await plant.apply(plant.change('raised', 901, { logKey: 2 }), plant.change('cleared', 902, { logKey: 2 }))
    assert.deepEqual(await states(plant), ['returned_unacknowledged'])
    await plant.apply(plant.change('updated', 903, { logKey: 1 }))
    assert.deepEqual(await states(plant), ['unacknowledged'])
    await plant.apply(plant.change('updated', 904, { logKey: 1, sensorId: 'T-2' }))
    assert.deepEqual(await states(plant), ['unacknowledged', 'unacknowledged'])
    const messages = await plant.rows('select transition, count(*) from alerts group by transition order by transition')
    assert.deepEqual(messages, [{ transition: 'cleared', count: 1 }, { transition: 'raised', count: 3 }])
  })

  test('are cleared where only a log says so whose topic was replaced', async (t) => {
    const plant = await alarmPlant(t)
    const [old, other] = [await addLog(plant.pool, 0), await addLog(plant.pool, 1)]
    await plant.apply(plant.change('raised', 0, { logKey: old }), plant.change('raised', 1, { logKey: old, sensorId: 'T-2' }), plant.change('raised', 1, { logKey: other, sensorId: 'T-2' }))
    assert.equal(await plant.run((client) => clearAlarmsOfClosedLogs(client, START_MS + 5_000)), 0)
    await plant.pool.query('update partition_log set closed_at = now() where log_key = $1', [old])
    assert.equal(await plant.run((client) => clearAlarmsOfClosedLogs(client, START_MS + 5_000)), 1)
    assert.deepEqual(await states(plant), ['returned_unacknowledged', 'unacknowledged'])
    const unsent = await claimUnsentAlerts(plant.pool, 10)
    assert.deepEqual(unsent.map(({ transition, description, timestampMs }) => [transition, description, timestampMs]),
      [['cleared', 'cleared: the topic of its readings was replaced', START_MS + 5_000]])
    assert.deepEqual(await claimUnsentAlerts(plant.pool, 10), [], 'they are claimed')
    await forgetUnsentAlerts(plant.pool, unsent.map(({ alert_id: id }) => id))
    assert.deepEqual((await plant.pool.query('select from alert_unsent')).rowCount, 0)
  })

  test('end where another program has decommissioned the sensor', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0), plant.change('raised', 1, { rule: 'bad_quality' }), plant.change('raised', 2, { sensorId: 'T-2' }))
    const end = () => plant.run((client) => endAlarmsOfDecommissioned(client, START_MS + 5_000))
    assert.equal(await end(), 0)
    await plant.pool.query(`update sensors set status = 'decommissioned' where sensor_id = 'T-1'`)
    assert.equal(await end(), 2)
    assert.deepEqual(await plant.rows('select sensor_id from alarm where ended_at is null'), [{ sensor_id: 'T-2' }])
    assert.deepEqual(await plant.rows(`select distinct description, status from alerts where transition = 'decommissioned'`),
      [{ description: 'decommissioned: its status was set by another program', status: 'resolved' }])
    assert.equal(await end(), 0)
  })

  test('are told to the page by urgency: what waits before what was seen, the high ones first, whatever changed last', async (t) => {
    const plant = await alarmPlant(t)
    const [seen, high, low, hidden] = [
      plant.change('raised', 0, { sensorId: 'T-1' }), plant.change('raised', 1, { sensorId: 'T-2' }),
      plant.change('raised', 2, { sensorId: 'T-3', priority: 'low', severity: 'low', rule: 'stale_signal' }), plant.change('raised', 3, { sensorId: 'T-4' })]
    await plant.apply(seen, high, low, hidden)
    await plant.run((client) => shelveAlarm(client, uuidText(hidden.episodeId), START_MS + 3_600_000, anna(4)))
    await plant.run((client) => acknowledgeAlarm(client, uuidText(seen.episodeId), 'acknowledge', anna(5)))
    await plant.apply(plant.change('updated', 20, { sensorId: 'T-3', priority: 'low', severity: 'low', rule: 'stale_signal' }))
    const shown = (most: number): Promise<string[]> => readOpenAlarms(plant.pool, most).then((alarms) => alarms.map(({ sensorId }) => sensorId))
    assert.deepEqual(await shown(10), ['T-2', 'T-3', 'T-1', 'T-4'])
    assert.deepEqual(await shown(1), ['T-2'])
  })

  test('take a whole batch in one go, in its order', async (t) => {
    const plant = await alarmPlant(t)
    const ids = ['T-1', 'T-2', 'T-3', 'T-4']
    await plant.apply(...ids.flatMap((sensorId) => [
      plant.change('cleared', 0, { sensorId }), plant.change('raised', 1, { sensorId }), plant.change('cleared', 2, { sensorId }),
    ]))
    assert.deepEqual(await states(plant), Array.from(ids, () => 'returned_unacknowledged'))
    assert.deepEqual(await plant.rows('select distinct status from alerts'), [{ status: 'resolved' }])
    const [first] = await plant.rows<{ episode_id: string }>('select episode_id from alarm order by sensor_id')
    await plant.run((client) => acknowledgeAlarm(client, first?.episode_id ?? '', 'acknowledge', anna(3)))
    await plant.apply(plant.change('raised', 4, { severity: 'low' }), plant.change('escalated', 5), plant.change('cleared', 6))
    assert.deepEqual(await states(plant), ['over', 'returned_unacknowledged', 'returned_unacknowledged', 'returned_unacknowledged', 'returned_unacknowledged'])
    const messages = await plant.rows('select transition, severity from alerts where timestamp_utc > $1 order by timestamp_utc', [new Date(START_MS + 3_500)])
    assert.deepEqual(messages.map(({ transition, severity }) => [transition, severity]), [['raised', 'low'], ['escalated', 'high'], ['cleared', 'high']])
    await plant.apply(plant.change('cleared', 7, { sensorId: 'T-2', rule: 'rapid_value_change' }))
    assert.equal((await states(plant)).length, 5, 'what is not open is not cleared')
  })

  test('raised by two consumers at the same moment are one', async (t) => {
    const plant = await alarmPlant(t)
    await Promise.all([1, 2].map(async (logKey) => {
      for (let round = 0; round < 20; round++) {
        const ids = round % 2 === logKey % 2 ? ['T-1', 'T-2', 'T-3'] : ['T-3', 'T-2', 'T-1']
        await plant.apply(...ids.map((sensorId) => plant.change('raised', round, { sensorId, logKey })))
        await plant.apply(...ids.map((sensorId) => plant.change('cleared', round, { sensorId, logKey })))
      }
    }))
    assert.deepEqual(await states(plant), ['returned_unacknowledged', 'returned_unacknowledged', 'returned_unacknowledged'])
    const [open] = await plant.rows(`select count(*), bool_and(active_logs = '{}') as "allClear" from alarm where ended_at is null`)
    assert.deepEqual(open, { count: 3, allClear: true })
  })

  test('leave nothing when the transaction comes to nothing, and are the same when it comes again', async (t) => {
    const plant = await alarmPlant(t)
    const changes = [plant.change('raised', 0), plant.change('escalated', 1), plant.change('raised', 1, { sensorId: 'T-2' })]
    await assert.rejects(inTransaction(plant.pool, async (client) => {
      await applyConditionChanges(client, changes)
      await client.query('select pg_terminate_backend(pg_backend_pid())')
    }))
    for (const table of ['alarm', 'alarm_event', 'alerts', 'alert_unsent']) {
      assert.deepEqual(await plant.rows(`select count(*) from ${table}`), [{ count: 0 }], table)
    }
    await plant.apply(...changes)
    assert.deepEqual(await states(plant), ['unacknowledged', 'unacknowledged'])
    assert.equal((await plant.rows('select from alerts')).length, 3)
  })

  test('come out when what hid them ended in the moment in which they were raised', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0), plant.change('raised', 0, { sensorId: 'T-2' }), plant.change('raised', 0, { sensorId: 'T-3' }))
    await plant.pool.query(`update alarm set state = case sensor_id when 'T-1' then 'suppressed' when 'T-2' then 'shelved' else 'out_of_service' end`)
    assert.equal(await plant.run((client) => expireShelving(client, START_MS + 1_000)), 3)
    assert.deepEqual(await states(plant), ['unacknowledged', 'unacknowledged', 'unacknowledged'])
    assert.deepEqual((await transitions(plant, 'alarm_event')).slice(3).toSorted(), ['returned_to_service', 'unshelved', 'unsuppressed'])
    assert.equal(await plant.run((client) => expireShelving(client, START_MS + 2_000)), 0)
  })

  test('of one machine within a minute are a group', async (t) => {
    const plant = await alarmPlant(t)
    const first = plant.change('raised', 0)
    await plant.apply(first, plant.change('raised', 30, { sensorId: 'T-2' }), plant.change('raised', 31, { sensorId: 'T-3' }))
    await plant.apply(plant.change('raised', 60, { rule: 'rapid_value_change' }), plant.change('raised', 61, { sensorId: 'T-2', rule: 'rapid_value_change' }))
    const groups = await plant.rows<{ size: number, of_first: boolean }>(
      'select count(*) as size, group_id = $1 as of_first from alarm group by group_id order by size desc', [first.episodeId])
    assert.deepEqual(groups.map(({ size }) => size), [3, 1, 1])
    assert.equal(groups[0]?.of_first, true)
  })

  test('of sensors that go silent together are one group, of all machines and whoever finds them, of which the page is sent a few', async (t) => {
    const plant = await alarmPlant(t)
    const ids = Array.from({ length: 1_200 }, (_, index) => `S-${index}`)
    const sensors = await registerSensors(plant.pool, ids.map((sensorId) => ({ sensorId, sensorType: 'temperature', location: '{"machine_id": "M"}' })))
    const silent = sensors.map(({ sensorId, sensorKey }, index) => plant.change('raised', index / 10, {
      sensorId, sensorKey, machineId: `M-${index % 100}`, location: '{}', rule: 'stale_signal', priority: 'low', severity: 'low', logKey: null, offset: null,
    }))
    await plant.apply(plant.change('raised', 0), plant.change('raised', 1, { sensorId: 'T-3' }))
    await Promise.all([0, 1, 2].map((part) => plant.apply(...silent.filter((_, index) => index % 3 === part))))
    await plant.apply({ ...(silent[0] as ConditionChange), transition: 'cleared', alertId: randomUUID(), timeMs: START_MS + 130_000 })

    const groups = await plant.rows<{ size: number }>('select count(*) as size from alarm group by group_id order by size desc')
    assert.deepEqual(groups.map(({ size }) => size), [1_200, 1, 1])
    const shown = await readOpenAlarms(plant.pool, 200)
    assert.deepEqual(shown.map(({ rule }) => rule), [RULE, RULE, ...Array.from({ length: MOST_OF_GROUP }, () => 'stale_signal')])
    const [large, ...others] = await readLargeGroups(plant.pool, 200)
    assert.deepEqual([large, others], [{ groupId: shown.at(-1)?.groupId, alarms: 1_200, unacknowledged: 1_200, machines: 100 }, []])

    const groupId = large?.groupId ?? ''
    const counts: number[] = []
    do counts.push(await plant.run((client) => acknowledgeGroup(client, groupId, anna(200))))
    while (counts.at(-1) !== 0)
    assert.deepEqual(counts, [500, 500, 200, 0])
    assert.deepEqual(await plant.rows('select state, acknowledged_by, ended_at is null as open, count(*) from alarm group by 1, 2, 3 order by count desc'), [
      { state: 'acknowledged', acknowledged_by: 'anna', open: true, count: 1_199 }, { state: 'unacknowledged', acknowledged_by: null, open: true, count: 2 },
      { state: 'normal', acknowledged_by: 'anna', open: false, count: 1 },
    ])
    assert.deepEqual(await plant.rows(`select count(*), count(distinct alert_id) as messages from alarm_event where transition = 'acknowledged'`),
      [{ count: 1_200, messages: 1_200 }])
  })
})

describe('an operator', () => {
  test('acknowledges twice and is told the same, and may not reset what is there', async (t) => {
    const plant = await alarmPlant(t)
    const raised = plant.change('raised', 0, { latch: true })
    const episodeId = uuidText(raised.episodeId)
    await plant.apply(raised)
    const ask = (event: 'acknowledge' | 'reset', atS: number) => plant.run((client) => acknowledgeAlarm(client, episodeId, event, anna(atS)))
    assert.deepEqual([(await ask('acknowledge', 1)).outcome, (await ask('acknowledge', 2)).outcome], ['done', 'nothing'])
    assert.deepEqual(await ask('reset', 3), { outcome: 'refused', reason: 'the condition is still there; the alarm can be reset when it has cleared' })
    await plant.apply(plant.change('cleared', 4))
    assert.deepEqual(await states(plant), ['acknowledged'], 'it is latched')
    assert.deepEqual([(await ask('reset', 5)).outcome, (await ask('reset', 6)).outcome], ['done', 'nothing'])
    assert.deepEqual(await states(plant), ['over'])
    assert.deepEqual(await transitions(plant, 'alarm_event'), ['raised', 'acknowledged', 'cleared', 'reset'])
    assert.deepEqual(await plant.run((client) => acknowledgeAlarm(client, '00000000-0000-0000-0000-000000000000', 'acknowledge', anna(7))), { outcome: 'unknown' })
  })

  test('shelves for a time, after which what still stands is shown again', async (t) => {
    const plant = await alarmPlant(t)
    const raised = plant.change('raised', 0)
    const episodeId = uuidText(raised.episodeId)
    await plant.apply(raised)
    await plant.run((client) => shelveAlarm(client, episodeId, START_MS + 60_000, anna(1)))
    assert.deepEqual(await plant.run((client) => acknowledgeAlarm(client, episodeId, 'acknowledge', anna(2))),
      { outcome: 'refused', reason: 'the alarm is shelved; unshelve it first' })
    await plant.apply(plant.change('cleared', 3), plant.change('raised', 5))
    assert.deepEqual(await states(plant), ['over', 'shelved'])
    assert.deepEqual((await transitions(plant, 'alerts')).toSorted(), ['raised', 'shelved'], 'what is shelved tells nobody')
    assert.deepEqual(await transitions(plant, 'alarm_event'), ['raised', 'shelved', 'cleared', 'raised'], 'and is recorded')
    assert.equal(await plant.run((client) => expireShelving(client, START_MS + 59_999)), 0)
    assert.equal(await plant.run((client) => expireShelving(client, START_MS + 60_000)), 1)
    assert.deepEqual(await states(plant), ['over', 'unacknowledged'])
    assert.deepEqual((await transitions(plant, 'alerts')).toSorted(), ['raised', 'shelved', 'shelving_expired'])
    assert.equal(await plant.run((client) => expireShelving(client, START_MS + 60_000)), 0)
  })

  test('shelves once, until it clears', async (t) => {
    const plant = await alarmPlant(t)
    const raised = plant.change('raised', 0)
    await plant.apply(raised)
    await plant.run((client) => shelveAlarm(client, uuidText(raised.episodeId), null, anna(1)))
    assert.equal(await plant.run((client) => expireShelving(client, START_MS + 1e9)), 0)
    await plant.apply(plant.change('cleared', 3), plant.change('raised', 5))
    assert.deepEqual(await states(plant), ['over', 'unacknowledged'])
    assert.deepEqual(await plant.rows('select from alarm_shelf'), [])
  })

  test('unshelves, also a rule whose alarm is over', async (t) => {
    const plant = await alarmPlant(t)
    const raised = plant.change('raised', 0)
    const episodeId = uuidText(raised.episodeId)
    await plant.apply(raised)
    await plant.run((client) => shelveAlarm(client, episodeId, START_MS + 1e6, anna(1)))
    await plant.apply(plant.change('cleared', 3))
    assert.equal((await plant.run((client) => unshelveAlarm(client, episodeId, anna(4)))).outcome, 'done')
    await plant.apply(plant.change('raised', 5))
    assert.deepEqual(await states(plant), ['over', 'unacknowledged'])
    assert.equal((await plant.run((client) => unshelveAlarm(client, episodeId, anna(6)))).outcome, 'nothing')
  })

  test('suppresses a machine in maintenance, and of what was shelved there it stays shelved after it', async (t) => {
    const plant = await alarmPlant(t)
    const raised = plant.change('raised', 0)
    await plant.apply(raised, plant.change('raised', 0, { sensorId: 'T-3' }))
    await plant.run((client) => shelveAlarm(client, uuidText(raised.episodeId), START_MS + 1e6, anna(1)))
    assert.equal(await plant.run((client) => suppressMachine(client, 'M-1', anna(2))), 1)
    assert.equal(await plant.run((client) => suppressMachine(client, 'M-1', anna(2))), null)
    await plant.apply(plant.change('raised', 3, { sensorId: 'T-2' }))
    assert.deepEqual(await states(plant), ['suppressed', 'unacknowledged', 'suppressed'])
    assert.equal(await plant.run((client) => unsuppressMachine(client, 'M-1', anna(4))), 2)
    assert.deepEqual(await states(plant), ['shelved', 'unacknowledged', 'unacknowledged'])
    assert.equal(await plant.run((client) => unsuppressMachine(client, 'M-1', anna(5))), null)
  })

  test('takes a rule of a sensor out of service, which goes before maintenance', async (t) => {
    const plant = await alarmPlant(t)
    const raised = plant.change('raised', 0)
    const episodeId = uuidText(raised.episodeId)
    await plant.apply(raised)
    await plant.run((client) => takeOutOfService(client, episodeId, anna(1)))
    await plant.run((client) => suppressMachine(client, 'M-1', anna(2)))
    await plant.apply(plant.change('cleared', 3), plant.change('raised', 4))
    assert.deepEqual(await states(plant), ['over', 'out_of_service'])
    await plant.run((client) => returnToService(client, episodeId, anna(5)))
    assert.deepEqual(await states(plant), ['over', 'suppressed'])
  })

  test('finds hidden what was raised in the moment in which it was shelved', async (t) => {
    const plant = await alarmPlant(t)
    const raised = plant.change('raised', 0)
    await plant.apply(raised)
    await plant.pool.query(`insert into alarm_shelf values ($1, $2, null, 'anna', 'known', now())`, [raised.sensorKey, RULE])
    assert.equal(await plant.run((client) => expireShelving(client, START_MS + 1_000)), 1)
    assert.deepEqual(await states(plant), ['shelved'])
    assert.equal(await plant.run((client) => expireShelving(client, START_MS + 2_000)), 0)
  })

  test('can change nothing of what was recorded', async (t) => {
    const plant = await alarmPlant(t)
    await plant.apply(plant.change('raised', 0))
    for (const statement of [`update alarm_event set actor = 'x'`, 'delete from alarm_event', 'truncate alarm_event']) {
      await assert.rejects(plant.pool.query(statement), /alarm_event is only added to/)
    }
    await assert.rejects(plant.pool.query('truncate alarm_setting'), /alarm_setting is only added to/)
  })
})
