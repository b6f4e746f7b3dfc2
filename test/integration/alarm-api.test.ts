import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { readCalendar } from '../../src/calendar/config.ts'
import type { Alarm, AlarmDetail, AlarmScorecard, AlarmSetting, AlarmSettingsAnswer, Alarms, OpenAlarms, WhatIfAnswer } from '../../src/contract/alarm-api.ts'
import type { CalendarAnswer } from '../../src/contract/calendar-api.ts'
import { uuidText } from '../../src/postgres/alarm-changes.ts'
import { registerVersions } from '../../src/postgres/sensor-registry.ts'
import { readFrames } from '../../src/runtime/event-stream.ts'
import { eventually } from '../harness/eventually.ts'
import { fileOwner } from '../harness/file-owner.ts'
import { START_MS, alarmPlant } from './alarm-plant.ts'
import type { AlarmPlant } from './alarm-plant.ts'
import { addAccount, startAccess } from './access-client.ts'
import type { AccessClient, Reply } from './access-client.ts'
import { assertDescribed } from './monitoring-client.ts'
import { addLog, store } from './stored-readings.ts'

const owner = fileOwner()

describe('the API of alarms', () => {
  let plant: AlarmPlant
  let api: AccessClient
  let cookie: string
  /** Raised so many times, each at a second of its own and of a rule and sensor of its own. */
  let episodes: string[]

  before(async () => {
    plant = await alarmPlant(owner)
    await addAccount(plant.pool, 'olga', 'operator')
    await addAccount(plant.pool, 'root', 'admin')
    api = await startAccess(owner, plant.databaseUrl, { maxShelveHours: 2, calendar: readCalendar(join(import.meta.dirname, '../../calendar.yaml')) })
    cookie = await api.login('olga')
    const raised = [
      plant.change('raised', 0), plant.change('raised', 1, { sensorId: 'T-2', priority: 'low', severity: 'low' }),
      plant.change('raised', 2, { sensorId: 'T-3', priority: 'medium', severity: 'medium' }), plant.change('raised', 3, { sensorId: 'T-4', rule: 'rapid_value_change' }),
    ]
    await plant.apply(...raised)
    episodes = raised.map(({ episodeId }) => uuidText(episodeId))
  })

  async function read<T>(path: string, described = path.split('?', 1)[0] ?? path): Promise<T> {
    const { status, body } = await api.ask('GET', path, { cookie })
    assert.equal(status, 200, JSON.stringify(body))
    await assertDescribed(api.url, described, 200, body)
    return body as T
  }
  const post = (path: string, body: unknown = {}): Promise<Reply> => api.ask('POST', path, { cookie, body })
  const ids = async (query: string): Promise<string[]> => (await read<Alarms>(`/api/alarms?${query}`)).alarms.map(({ sensor_id: id }) => id)

  test('lists them by what they are, in the order that is asked for, page by page', async () => {
    assert.deepEqual(await ids(''), ['T-4', 'T-3', 'T-2', 'T-1'])
    assert.deepEqual(await ids('sort=priority'), ['T-1', 'T-4', 'T-3', 'T-2'].toSorted((a, b) => (
      ['T-1', 'T-4'].includes(a) && ['T-1', 'T-4'].includes(b) ? (episodes[Number(a[2]) - 1] ?? '') < (episodes[Number(b[2]) - 1] ?? '') ? -1 : 1 : 0)))
    assert.deepEqual(await ids('sort=sensor'), ['T-1', 'T-2', 'T-3', 'T-4'])
    assert.deepEqual(await ids('machine=M-1&sort=raised_at&order=asc'), ['T-1', 'T-2'])
    assert.deepEqual(await ids('priority=medium'), ['T-3'])
    assert.deepEqual(await ids('rule=rapid_value_change&sensor=T-4&state=unacknowledged&open=true'), ['T-4'])
    assert.deepEqual(await ids('open=false'), [])
    for (const order of ['raised_at', 'changed_at', 'priority', 'sensor', 'machine']) {
      const seen: string[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Alarms = await read<Alarms>(`/api/alarms?limit=1&sort=${order}${cursor === '' ? '' : `&cursor=${cursor}`}`)
        seen.push(...page.alarms.map(({ sensor_id: id }) => id))
        cursor = page.cursor
      }
      assert.deepEqual(seen, await ids(`sort=${order}`), order)
    }
    for (const [query, error] of [
      ['sort=priority&open=false', 'only open alarms can be sorted by priority'], ['cursor=abc', 'cursor must be that of an answer in the same order'],
      ['limit=0', 'limit must be >= 1'],
    ]) {
      const { status, body } = await api.ask('GET', `/api/alarms?${query}`, { cookie })
      assert.deepEqual([status, body], [400, { error }])
    }
  })

  test('lets an operator acknowledge, twice, and tells it on the stream within a second', async () => {
    const abort = new AbortController()
    const response = await fetch(`${api.url}/api/stream`, { headers: { cookie }, signal: abort.signal })
    const seen: OpenAlarms[] = []
    const reading = (async () => {
      for await (const frame of readFrames(response.body ?? assert.fail())) {
        if (/^event: alarms$/m.test(frame)) seen.push(JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? '') as OpenAlarms)
      }
    })().catch(() => {})
    assert.equal(await eventually(() => seen.at(-1)?.alarms.length, (length) => length === 4, 5_000), 4)
    const { status, body } = await post(`/api/alarms/${episodes[0]}/acknowledge`, { comment: 'on my way' })
    assert.equal(status, 200, JSON.stringify(body))
    await assertDescribed(api.url, '/api/alarms/{id}/acknowledge', 200, body, 'post')
    assert.deepEqual([(body as Alarm).state, (body as Alarm).acknowledged_by], ['acknowledged', 'olga'])
    const last = await eventually(() => seen.at(-1), (section) => section?.alarms.at(-1)?.state === 'acknowledged', 5_000)
    assert.deepEqual([last?.alarms.at(-1)?.sensor_id, last?.alarms.at(-1)?.state, last?.counts.unacknowledged, last?.counts.high], ['T-1', 'acknowledged', 3, 2])
    abort.abort()
    await reading
    assert.deepEqual((await post(`/api/alarms/${episodes[0]}/acknowledge`)).status, 200)
    const { events } = await read<AlarmDetail>(`/api/alarms/${episodes[0]}`, '/api/alarms/{id}')
    assert.deepEqual(events.map(({ transition, actor, reason }) => [transition, actor, reason]), [['raised', null, null], ['acknowledged', 'olga', 'on my way']])
    const audit = await plant.rows(`select actor, action, target, detail from audit_log where action like 'alarm.%'`)
    assert.deepEqual(audit, [{ actor: 'olga', action: 'alarm.acknowledge', target: 'T-1 critical_threshold_violation', detail: 'on my way' }])
    assert.equal((await post('/api/alarms/00000000-0000-0000-0000-000000000000/acknowledge')).status, 404)
  })

  test('shelves for a time that is limited, or once, with a reason, and unshelves', async () => {
    const path = `/api/alarms/${episodes[1]}`
    for (const [body, error] of [
      [{ reason: 'x' }, 'body must have either minutes or one_shot'], [{ minutes: 5, one_shot: true, reason: 'x' }, 'body must have either minutes or one_shot'],
      [{ minutes: 121, reason: 'x' }, 'minutes must be <= 120'],
    ] as const) {
      assert.deepEqual((await post(`${path}/shelve`, body)).body, { error })
    }
    assert.equal((await post(`${path}/shelve`, { minutes: 5 })).status, 400, 'without a reason')
    const shelved = (await post(`${path}/shelve`, { minutes: 120, reason: 'sensor is being cleaned' })).body as Alarm
    assert.deepEqual([shelved.state, shelved.shelved_by, shelved.shelved_reason], ['shelved', 'olga', 'sensor is being cleaned'])
    assert.ok(Math.abs(Date.parse(shelved.shelved_until ?? '') - Date.now() - 7_200_000) < 60_000)
    const refused = await post(`${path}/acknowledge`)
    assert.deepEqual([refused.status, refused.body], [409, { error: 'the alarm is shelved; unshelve it first' }])
    assert.equal(((await post(`${path}/unshelve`)).body as Alarm).state, 'unacknowledged')
    assert.equal(((await post(`${path}/shelve`, { one_shot: true, reason: 'known' })).body as Alarm).shelved_until, null)
    assert.equal(((await post(`${path}/unshelve`)).body as Alarm).state, 'unacknowledged')
  })

  test('suppresses a machine, and takes a rule out of service', async () => {
    const suppressed = await post('/api/machines/M-2/suppress', { reason: 'new bearing' })
    assert.deepEqual(suppressed.body, { machine_id: 'M-2', suppressed: true, changed_alarms: 2 })
    assert.deepEqual((await post('/api/machines/M-2/suppress', { reason: 'again' })).body, { machine_id: 'M-2', suppressed: true, changed_alarms: 0 })
    assert.deepEqual(await ids('state=suppressed&sort=sensor'), ['T-3', 'T-4'])
    assert.equal(((await post('/api/machines/M-2/unsuppress', { reason: 'done' })).body as { changed_alarms: number }).changed_alarms, 2)
    assert.equal((await post('/api/machines/M-2/suppress', { reason: 'short', minutes: 0 })).status, 400)
    assert.deepEqual((await post('/api/machines/M-2/suppress', { reason: 'short', minutes: 30 })).body, { machine_id: 'M-2', suppressed: true, changed_alarms: 2 })
    assert.deepEqual(await plant.rows(`select source, suppressed_by, reason, until - suppressed_at = interval '30 min' as half_an_hour from machine_suppression`), [
      { source: 'operator', suppressed_by: 'olga', reason: 'short', half_an_hour: true }])
    assert.deepEqual((await plant.rows(`select detail from audit_log where action like 'machine.%' order by audit_id`)).map(({ detail }) => detail), [
      'new bearing (2 alarms)', 'done (2 alarms)', '30 min: short (2 alarms)'])
    await post('/api/machines/M-2/unsuppress', { reason: 'done' })
    assert.equal(((await post(`/api/alarms/${episodes[2]}/out-of-service`, { reason: 'broken' })).body as Alarm).state, 'out_of_service')
    assert.equal(((await post(`/api/alarms/${episodes[2]}/return-to-service`, { reason: 'new one' })).body as Alarm).state, 'unacknowledged')
    assert.equal((await post(`/api/alarms/${episodes[2]}/reset`)).status, 409)
  })

  test('acknowledges a group, once', async () => {
    const [alarm] = (await read<Alarms>('/api/alarms?sensor=T-3')).alarms
    const path = `/api/alarm-groups/${alarm?.group_id}/acknowledge`
    const waiting = (await read<Alarms>('/api/alarms?machine=M-2&state=unacknowledged')).alarms.map(({ sensor_id: id }) => id)
    assert.deepEqual(waiting, ['T-4', 'T-3'])
    assert.equal((await api.ask('POST', path, { body: {} })).status, 401)
    assert.deepEqual((await post(path, { comment: 'seen both' })).body, { group_id: alarm?.group_id, acknowledged: 2 })
    assert.deepEqual((await post(path)).body, { group_id: alarm?.group_id, acknowledged: 0 })
    const audit = await plant.rows(`select actor, target, detail from audit_log where action = 'alarm_group.acknowledge'`)
    assert.deepEqual(audit, [{ actor: 'olga', target: alarm?.group_id, detail: '2 alarms: seen both' }])
    assert.equal((await post('/api/alarm-groups/00000000-0000-4000-8000-000000000000/acknowledge')).status, 404)
  })

  test('tells the plant\'s calendar', async () => {
    const calendar = await read<CalendarAnswer>('/api/calendar')
    assert.equal(calendar.time_zone, 'Europe/Berlin')
    assert.equal(calendar.maintenance.filter(({ name }) => name === 'weekly clean').length >= 1, true)
    assert.deepEqual(calendar.suppression_groups, [
      { name: 'no power', machine: 'generator-001', sensor: null, rule: 'critical_threshold_violation', machines: ['machine-001', 'machine-002'] }])
  })

  test('scores the alarms of a time', async () => {
    const from = new Date(START_MS - 60_000).toISOString()
    await plant.pool.query(`update sensors set name = 'Oven, top' where sensor_id = 'T-4'`)
    const card = await read<AlarmScorecard>(`/api/alarm-scorecard?from=${from}&to=${new Date(START_MS + 86_340_000).toISOString()}&operators=2`)
    assert.deepEqual([card.alarms, card.per_day, card.standing, card.stale_count, card.bad_actors.length], [4, 2, 4, 0, 4])
    assert.deepEqual(new Set(card.bad_actors.map(({ sensor_id: id, sensor_name: name }) => `${id} ${name}`)), new Set(['T-1 null', 'T-2 null', 'T-3 null', 'T-4 Oven, top']))
    assert.equal(card.time_zone, 'Europe/Berlin')
    assert.deepEqual(card.shifts.map(({ name, alarms, hours }) => [name, alarms, hours]), [['early', 4, 8], ['late', 0, 8], ['night', 0, 8]])
    assert.deepEqual(card.days, [{ day: '2026-01-05', alarms: 4 }, { day: '2026-01-06', alarms: 0 }])
    assert.deepEqual(card.priorities.low, { alarms: 1, percent: 25, target_percent: 80 })
    assert.deepEqual((await api.ask('GET', `/api/alarm-scorecard?from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`, { cookie })).status, 400)
  })

  test('takes settings with a reason, checks them, and undoes them one after the other', async () => {
    const put = (body: unknown): Promise<Reply> => api.ask('PUT', '/api/alarm-settings', { cookie, body })
    const of = { sensor_type: 'temperature', rule: 'critical_threshold_violation' }
    const first = await put({ ...of, limit: 42, on_delay_ms: 3_000, reason: 'spring' })
    assert.equal(first.status, 200, JSON.stringify(first.body))
    await assertDescribed(api.url, '/api/alarm-settings', 200, first.body, 'put')
    const same = await put({ ...of, limit: 42, on_delay_ms: 3_000, reason: 'again' })
    assert.equal((same.body as AlarmSetting).setting_id, (first.body as AlarmSetting).setting_id)
    await put({ ...of, limit: 44, reason: 'summer' })
    const effective = async () => {
      const { types, set } = await read<AlarmSettingsAnswer>('/api/alarm-settings')
      const one = types.find((each) => each.sensor_type === of.sensor_type && each.rule === of.rule)
      return [one?.limit, one?.on_delay_ms, set.length]
    }
    assert.deepEqual(await effective(), [44, 0, 1])
    const { types } = await read<AlarmSettingsAnswer>('/api/alarm-settings')
    const limits = types.filter(({ sensor_type: type }) => type === 'vibration').map(({ rule, limit }) => [rule, limit])
    assert.deepEqual(limits.filter(([, limit]) => limit !== null), [
      ['consecutive_high_alerts', 2], ['rapid_value_change', 3], ['baseline_deviation', 2], ['learned_anomaly', 0.7],
      ['machine_anomaly', 1.8], ['stale_signal', 3]])
    for (const [body, error] of [
      [{ ...of, limit: 30, reason: 'x' }, 'the limit of warning_threshold_violation, 35, must not be above that of critical_threshold_violation, 30'],
      [{ ...of, sensor_id: 'T-1', reason: 'x' }, 'body must have either sensor_type or sensor_id'],
      [{ sensor_id: 'T-1', rule: 'rapid_value_change', limit: 0, reason: 'x' }, 'limit of rapid_value_change must be more than 0, in the sensor\'s unit'],
      [{ sensor_type: 'energy', rule: 'consecutive_high_alerts', limit: 2.5, reason: 'x' },
        'limit of consecutive_high_alerts must be readings in a row, a whole number from 1 to 1000'],
    ] as const) {
      const { status, body: answer } = await put(body)
      assert.deepEqual([status, answer], [400, { error }])
    }
    assert.equal((await put({ sensor_id: 'nobody', rule: of.rule, reason: 'x' })).status, 404)
    const undo = (): Promise<Reply> => post('/api/alarm-settings/undo', { ...of, reason: 'not so' })
    assert.equal(((await undo()).body as AlarmSetting).limit, 42)
    assert.deepEqual(await effective(), [42, 3_000, 1])
    assert.equal(((await undo()).body as AlarmSetting).limit, null)
    assert.equal((await undo()).status, 409)
    const own = await put({ sensor_id: 'T-1', rule: 'low_threshold_violation', limit: 5, enabled: true, reason: 'freezes' })
    assert.deepEqual([(own.body as AlarmSetting).sensor_id, (own.body as AlarmSetting).sensor_type], ['T-1', null])
    const audit = await plant.rows<{ target: string }>(`select target from audit_log where action = 'alarm_setting.change' order by audit_id`)
    assert.deepEqual(audit.map(({ target }) => target), ['temperature critical_threshold_violation', 'temperature critical_threshold_violation', 'T-1 low_threshold_violation'])
  })

  test('says what other settings would have raised, and which deadband would have spared most', async () => {
    const [{ sensorKey } = assert.fail()] = await plant.rows<{ sensorKey: number }>(`select sensor_key as "sensorKey" from sensors where sensor_id = 'T-2'`)
    const [versionKey = 0] = await registerVersions(plant.pool, [{
      sensorKey, sensorType: 'temperature', unit: '°C', location: '{}', warningThreshold: 35, criticalThreshold: 40, epoch: null, sentAs: null,
      fingerprint: createHash('sha256').update('x').digest(),
    }])
    const logKey = await addLog(plant.pool, 0)
    const values = Array.from({ length: 82 }, (_, index) => (index % 2 === 0 ? 40.1 : 39.8))
    await store(plant.pool, logKey, values.map((value, index) => ({
      sensorKey, versionKey, timeUs: (START_MS + index * 1_000) * 1_000, value, level: value >= 40 ? 2 : 1,
    })))
    // As the consumers announced them, before the off-delay was as it is now.
    for (let index = 0; index < 41; index++) {
      const episodeId = randomUUID()
      for (const [transition, atS] of [['raised', 2 * index], ['cleared', 2 * index + 1]] as const) {
        await plant.apply(plant.change(transition, atS, { sensorId: 'T-2', episodeId, raisedMs: START_MS + 2_000 * index }))
      }
    }
    const span = `from=${new Date(START_MS).toISOString()}&to=${new Date(START_MS + 3_600_000).toISOString()}`
    const proposed = async () => {
      const { bad_actors: actors } = await read<AlarmScorecard>(`/api/alarm-scorecard?${span}`)
      const actor = actors.find(({ sensor_id: id, rule }) => id === 'T-2' && rule === 'critical_threshold_violation') ?? assert.fail()
      return [actor.alarms, actor.deadband_proposal]
    }
    assert.deepEqual(await proposed(), [41, null], 'the deadband of now has joined them all')
    const put = await api.ask('PUT', '/api/alarm-settings', {
      cookie, body: { sensor_id: 'T-2', rule: 'critical_threshold_violation', deadband: 0, off_delay_ms: 0, reason: 'as it was' } })
    assert.equal(put.status, 200)
    assert.deepEqual(await proposed(), [41, { deadband: 0.3, unit: '°C', alarms_before: 41, alarms_after: 1 }])
    await post('/api/alarm-settings/undo', { sensor_id: 'T-2', rule: 'critical_threshold_violation', reason: 'over' })
    const ask = (body: unknown): Promise<Reply> => post('/api/what-if', {
      from: new Date(START_MS).toISOString(), to: new Date(START_MS + 3_600_000).toISOString(), ...body as object })
    const bare = { sensors: ['T-2'], settings: [{ rule: 'critical_threshold_violation', deadband: 0, off_delay_ms: 0 }, { rule: 'consecutive_high_alerts', enabled: false }] }
    const { status, body } = await ask(bare)
    assert.equal(status, 200, JSON.stringify(body))
    await assertDescribed(api.url, '/api/what-if', 200, body, 'post')
    const answer = body as WhatIfAnswer
    assert.deepEqual([answer.sensors, answer.readings, answer.before, answer.after, answer.gone_count, answer.added_count], [1, 82, 2, 41, 1, 0])
    assert.equal(answer.summary, '2 alarms become 41: 1 does not come')
    assert.equal(((await ask({ ...bare, sensors: undefined, sensor_type: 'temperature' })).body as WhatIfAnswer).sensors, 4)
    assert.equal((await ask({ ...bare, sensors: ['nobody'] })).status, 404)
    assert.match(((await ask({ ...bare, settings: [{ rule: 'stale_signal' }] })).body as { error: string }).error, /^settings can be tried of critical_threshold_violation, /)
  })
})
