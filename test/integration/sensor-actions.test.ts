import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Alarm, AlarmDetail, Alarms } from '../../src/contract/alarm-api.ts'
import type { ProducerHealth } from '../../src/contract/api.ts'
import type { Machines, SensorDetail, Sensors } from '../../src/contract/history-api.ts'
import { applyConditionChanges, uuidText } from '../../src/postgres/alarm-changes.ts'
import type { ConditionChange } from '../../src/postgres/alarm-changes.ts'
import type { Client } from '../../src/postgres/pool.ts'
import { commissionSensor } from '../../src/postgres/sensor-actions.ts'
import { registerSensors } from '../../src/postgres/sensor-registry.ts'
import { eventually } from '../harness/eventually.ts'
import { fileOwner } from '../harness/file-owner.ts'
import { alarmPlant } from './alarm-plant.ts'
import type { AlarmPlant } from './alarm-plant.ts'
import { addAccount, startAccess } from './access-client.ts'
import type { AccessClient, Reply } from './access-client.ts'
import { assertDescribed } from './monitoring-client.ts'

const owner = fileOwner()

describe('what operators do to sensors', () => {
  let plant: AlarmPlant
  let api: AccessClient
  let cookie: string

  before(async () => {
    plant = await alarmPlant(owner)
    await addAccount(plant.pool, 'olga', 'operator')
    api = await startAccess(owner, plant.databaseUrl)
    cookie = await api.login('olga')
  })

  async function read<T>(path: string): Promise<T> {
    const { status, body } = await api.ask('GET', path, { cookie })
    assert.equal(status, 200, JSON.stringify(body))
    return body as T
  }
  const ask = (method: string, path: string, body: object): Promise<Reply> => api.ask(method, path, { cookie, body })
  async function act(path: string, body: object, method = 'POST'): Promise<SensorDetail> {
    const { status, body: answer } = await ask(method, `/api/sensors/${path}`, body)
    assert.equal(status, 200, JSON.stringify(answer))
    await assertDescribed(api.url, `/api/sensors/${path.replace(/^[^/]+/, '{id}')}`, 200, answer, method.toLowerCase())
    return answer as SensorDetail
  }
  const audit = (action: string) => plant.rows('select actor, target, detail from audit_log where action = $1 order by audit_id', [action])

  test('a name is given, found, seen on alarms, and taken away; asked twice it is done once', async () => {
    const raised = plant.change('raised', 0)
    await plant.apply(raised)
    const reason = 'nobody knows T-1'
    const named = await act('T-1', { name: 'Main bearing, drive end', reason }, 'PATCH')
    assert.deepEqual([named.sensor_id, named.name], ['T-1', 'Main bearing, drive end'])
    assert.equal((await act('T-1', { name: 'Main bearing, drive end', reason: 'again' }, 'PATCH')).events.length, 1)
    assert.deepEqual(named.events.map(({ event, actor, reason: why, old_values: old, new_values: since }) => [event, actor, why, old, since]),
      [['renamed', 'olga', reason, { name: null }, { name: 'Main bearing, drive end' }]])
    assert.equal((await read<AlarmDetail>(`/api/alarms/${uuidText(raised.episodeId)}`)).sensor_name, 'Main bearing, drive end')
    assert.equal((await read<Alarms>('/api/alarms?open=true')).alarms[0]?.sensor_name, 'Main bearing, drive end')
    const found = await eventually(() => read<Sensors>('/api/sensors?search=BEARING'), ({ sensors }) => sensors.length === 1, 5_000)
    assert.deepEqual(found.sensors.map(({ sensor_id: id, open_alarms: alarms, alarm_priority: priority }) => [id, alarms, priority]), [['T-1', 1, 'high']])
    assert.equal((await act('T-1', { name: null, reason: 'wrong one' }, 'PATCH')).name, null)
    assert.deepEqual(await audit('sensor.rename'), [
      { actor: 'olga', target: 'T-1', detail: `Main bearing, drive end: ${reason}` }, { actor: 'olga', target: 'T-1', detail: 'no name: wrong one' }])
    for (const body of [{ name: 'x' }, { name: '', reason }, { name: ' x', reason }, { name: 'a\nb', reason }, { name: 'x'.repeat(101), reason }, { reason }]) {
      assert.equal((await ask('PATCH', '/api/sensors/T-1', body)).status, 400, JSON.stringify(body))
    }
    assert.equal((await ask('PATCH', '/api/sensors/nobody', { name: 'x', reason })).status, 404)
    assert.equal((await ask('PATCH', '/api/sensors/%00', { name: 'x', reason })).status, 404)
  })

  test('a device is replaced: its alarms end, what was learned begins anew, and its id is another sensor\'s or nobody\'s', async () => {
    const raised = plant.change('raised', 10, { sensorId: 'T-2' })
    await plant.apply(raised)
    await plant.pool.query(`insert into sensor_outlook (sensor_key, learned, expected, as_of) select sensor_key, 1, 21, now() from sensors where sensor_id = 'T-2'`)
    const first = await act('T-2/replace', { serial: 'SN-1', reason: 'broken' })
    assert.deepEqual([first.serial, first.sends_as, first.learned, first.expected, first.open_alarms], ['SN-1', [], 0, null, 0])
    assert.ok(Math.abs(Date.parse(first.replaced_at ?? '') - Date.now()) < 60_000)
    const alarm = await read<AlarmDetail>(`/api/alarms/${uuidText(raised.episodeId)}`)
    assert.deepEqual([alarm.state, alarm.condition_active, alarm.ended_at === null, alarm.cleared_at === null], ['normal', false, false, false])
    assert.deepEqual(alarm.events.map(({ transition, actor, reason }) => [transition, actor, reason]), [['raised', null, null], ['replaced', 'olga', 'broken']])

    assert.deepEqual((await act('T-2/replace', { serial: 'SN-1', reason: 'again' })).events.length, 1)
    const second = await act('T-2/replace', { serial: 'SN-2', sends_as: 'new-device', reason: 'another' })
    assert.deepEqual([second.sends_as, second.events[0]?.old_values, second.events[0]?.new_values],
      [['new-device'], { serial: 'SN-1' }, { serial: 'SN-2', sends_as: 'new-device' }])
    assert.equal((await act('T-2/replace', { serial: 'SN-2', sends_as: 'new-device', reason: 'again' })).events.length, 2)
    // Its own id is no other one.
    assert.deepEqual((await act('T-2/replace', { serial: 'SN-2', sends_as: 'T-2', reason: 'again' })).sends_as, ['new-device'])
    assert.deepEqual((await ask('POST', '/api/sensors/T-2/replace', { serial: 'x', sends_as: 'T-3', reason: 'x' })).body, {
      error: '"T-3" is a sensor of its own already, whose readings stay its own; let the new device send as "T-2", or under an id that is new' })
    const taken = await ask('POST', '/api/sensors/T-3/replace', { serial: 'x', sends_as: 'new-device', reason: 'x' })
    assert.deepEqual([taken.status, taken.body], [409, {
      error: 'what comes as "new-device" is stored as that of "T-2"; let the new device send as "T-3", or under an id that is new' }])
    assert.deepEqual((await audit('sensor.replace')).map(({ detail }) => detail), ['SN-1: broken', 'SN-2, sends as new-device: another'])
  })

  test('shelving that was to end with the alarm ends with it, and with a new device all of it', async () => {
    const shelves = (): Promise<unknown[]> => plant.rows(`
      select rule from alarm_shelf join sensors using (sensor_key) where sensor_id = 'T-1' order by rule`)
    const [timed, oneShot] = (['bad_quality', 'rapid_value_change'] as const).map((rule) => plant.change('raised', 15, { sensorId: 'T-1', rule }))
    await plant.apply(timed as ConditionChange, oneShot as ConditionChange)
    const shelve = (change: ConditionChange | undefined, body: object): Promise<Reply> => ask(
      'POST', `/api/alarms/${uuidText(change?.episodeId ?? '')}/shelve`, { ...body, reason: 'x' })
    assert.deepEqual([(await shelve(timed, { minutes: 60 })).status, (await shelve(oneShot, { one_shot: true })).status], [200, 200])
    assert.equal((await shelves()).length, 2)
    await act('T-1/decommission', { reason: 'x' })
    assert.deepEqual(await shelves(), [{ rule: 'bad_quality' }])
    await act('T-1/recommission', { reason: 'x' })
    await act('T-1/replace', { serial: 'SN-9', reason: 'x' })
    assert.deepEqual(await shelves(), [])
  })

  test('an id becomes a sensor or an alias, whoever asks at the same moment, and never both', async () => {
    for (let round = 0; round < 20; round++) {
      const id = `race-${round}`
      const [registered, { status }] = await Promise.all([
        registerSensors(plant.pool, [{ sensorId: id, sensorType: 'temperature', location: '{}' }]),
        ask('POST', '/api/sensors/T-3/replace', { serial: id, sends_as: id, reason: 'x' })])
      const both = await plant.rows('select (select count(*)::int from sensors where sensor_id = $1) + (select count(*)::int from sensor_alias where alias_id = $1) as n', [id])
      assert.deepEqual(both, [{ n: 1 }])
      assert.deepEqual([registered[0]?.sensorId, registered[0]?.sentAs], [status === 200 ? 'T-3' : id, id])
    }
  })

  test('one that is decommissioned ends its alarms, raises none, leaves the lists, and comes back', async () => {
    await plant.pool.query(`insert into producer_health (producer_id, sensor_type) values ('T-4', 'temperature'), ('T-3', 'temperature')`)
    await plant.pool.query(`insert into sensor_outlook (sensor_key, learned) select sensor_key, 0.5 from sensors where sensor_id = 'T-4'`)
    const raised = [plant.change('raised', 20, { sensorId: 'T-4' }), plant.change('raised', 20, { sensorId: 'T-4', rule: 'rapid_value_change' })]
    await plant.apply(...raised)
    const [shelved = assert.fail()] = raised
    await ask('POST', `/api/alarms/${uuidText(shelved.episodeId)}/shelve`, { minutes: 5, reason: 'x' })
    const gone = await act('T-4/decommission', { reason: 'line 4 is closed' })
    assert.deepEqual([gone.status, gone.sending, gone.open_alarms, gone.status_changed_at !== null], ['decommissioned', false, 0, true])
    assert.equal((await act('T-4/decommission', { reason: 'again' })).events.length, 1)
    for (const { episodeId } of raised) {
      const { state, events } = await read<AlarmDetail>(`/api/alarms/${uuidText(episodeId)}`)
      assert.deepEqual([state, events.at(-1)?.transition, events.at(-1)?.actor, events.at(-1)?.reason], ['normal', 'decommissioned', 'olga', 'line 4 is closed'])
    }
    assert.deepEqual(await plant.rows(`select description, status from alerts where sensor_id = 'T-4' and transition = 'decommissioned'`),
      raised.map(() => ({ description: 'decommissioned by olga: line 4 is closed', status: 'resolved' })))

    // A consumer that doesn't know it yet.
    await plant.apply(plant.change('raised', 30, { sensorId: 'T-4' }), plant.change('raised', 30, { sensorId: 'T-3' }))
    assert.deepEqual((await read<Alarms>('/api/alarms?open=true&machine=M-2')).alarms.map(({ sensor_id: id }: Alarm) => id), ['T-3'])
    const ids = async (query: string): Promise<string[]> => (await read<Sensors>(`/api/sensors?machine=M-2${query}`)).sensors.map(({ sensor_id: id }) => id)
    await eventually(() => ids(''), (found) => found.join() === 'T-3', 5_000)
    assert.deepEqual(await ids('&status=decommissioned'), ['T-4'])
    const { machines } = await eventually(() => read<Machines>('/api/machines'), (all) => !JSON.stringify(all).includes('T-4'), 5_000)
    assert.deepEqual(machines.find(({ machine_id: machine }) => machine === 'M-2')?.sensors, ['T-3'])
    const producers = await eventually(() => read<ProducerHealth[]>('/api/producer-health'), (all) => all.length === 1, 5_000)
    assert.deepEqual(producers.map(({ producer_id: id }) => id), ['T-3'])

    assert.equal((await act('T-4/recommission', { reason: 'opened again' })).status, 'inactive')
    assert.deepEqual((await act('T-4/recommission', { reason: 'again' })).events.map(({ event, old_values: old }) => [event, old]),
      [['recommissioned', { status: 'decommissioned' }], ['decommissioned', { status: 'active' }]])
    await plant.apply(plant.change('raised', 40, { sensorId: 'T-4' }))
    assert.equal((await read<Alarms>('/api/alarms?open=true&sensor=T-4')).alarms.length, 1)
  })

  test('a batch that raises an alarm while its sensor is being decommissioned, or the other way round, leaves none', async () => {
    const decommission = commissionSensor('decommissioned')
    const actor = { name: 'olga', reason: 'x', nowMs: Date.now() }
    for (const batchFirst of [true, false]) {
      const begin = (client: Client): Promise<unknown> => (batchFirst
        ? applyConditionChanges(client, [plant.change('raised', 50, { sensorId: 'T-1', rule: 'bad_quality' })]) : decommission(client, 'T-1', actor))
      let second: Promise<unknown> = Promise.resolve()
      await plant.run(async (client) => {
        await begin(client)
        second = batchFirst ? plant.run((other) => decommission(other, 'T-1', actor))
          : plant.apply(plant.change('raised', 60, { sensorId: 'T-1', rule: 'stale_signal' }))
        await sleep(300)
      })
      await second
      assert.deepEqual((await read<Alarms>('/api/alarms?open=true&sensor=T-1')).alarms, [], `batch first: ${batchFirst}`)
      await plant.run((client) => commissionSensor('recommissioned')(client, 'T-1', actor))
    }
  })

  test('what was done can\'t be altered', async () => {
    for (const statement of ['delete from sensor_event', `update sensor_event set reason = ''`, 'truncate sensor_event']) {
      await assert.rejects(plant.pool.query(statement), /sensor_event is only added to/)
    }
  })
})
