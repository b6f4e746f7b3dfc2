import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Alarm } from '../../../../src/contract/alarm-api.ts'
import { canBeReset, isCut, priorityOf, visibleGroups, waitingHigh, withAnswers } from '../../../../src/dashboard/alarms/alarm-groups.ts'
import { alarm, manyStates, openAlarms } from '../../../e2e/fixture-alarms.ts'

const T = Date.parse('2026-11-24T10:00:00.000Z')
const sensors = (alarms: readonly Alarm[]): string[] => visibleGroups(alarms, []).map((group) => group.alarms.map(({ sensor_id: id }) => id).join('+'))
const named = (sensor: string, number: number, agoS: number, change: Partial<Alarm> = {}) => alarm(T, number, agoS, { sensor_id: sensor, ...change })

describe('groups of alarms', () => {
  it('have those that wait first, of each the worst, then the newest; what is hidden or over is not there', () => {
    assert.deepEqual(sensors([
      named('seen high', 1, 5, { state: 'acknowledged' }), named('low', 2, 4, { priority: 'low' }), named('old high', 3, 90), named('new high', 4, 60),
      named('returned', 5, 3, { state: 'returned_unacknowledged', priority: 'medium' }), named('shelved', 6, 2, { state: 'shelved' }),
      named('suppressed', 7, 2, { state: 'suppressed' }), named('out', 8, 2, { state: 'out_of_service' }), named('over', 9, 2, { state: 'normal' }),
    ]), ['new high', 'old high', 'returned', 'low', 'seen high'])
  })

  it('hold the alarms of one machine, the first one first, at the place of the worst that waits', () => {
    const group = { group_id: 'g' }
    const alarms = [
      named('third', 3, 10, { ...group, priority: 'low' }), named('first', 1, 30, { ...group, state: 'acknowledged' }), named('alone', 9, 1, { priority: 'medium' }),
      named('second', 2, 20, { ...group, priority: 'low' }), named('unknown group', 8, 2, { group_id: null, priority: 'low' }),
    ]
    assert.deepEqual(sensors(alarms), ['alone', 'unknown group', 'first+second+third'])
    const [, , together] = visibleGroups(alarms, [])
    assert.ok(together)
    assert.equal(priorityOf(together), 'low')
    assert.equal(priorityOf({ ...together, alarms: together.alarms.map((each) => ({ ...each, state: 'acknowledged' as const })) }), 'high')
  })
})

describe('answers', () => {
  it('count until the stream has something newer', () => {
    const old = named('one', 1, 60)
    const answer: Alarm = { ...old, state: 'acknowledged', changed_at: new Date(T).toISOString() }
    const newer: Alarm = { ...old, state: 'returned_unacknowledged', changed_at: new Date(T + 1_000).toISOString() }
    const answers = new Map([[old.episode_id, answer]])
    assert.deepEqual(withAnswers([old], answers), [answer])
    assert.deepEqual(withAnswers([newer], answers), [newer])
    assert.deepEqual(withAnswers([], answers), [])
  })
})

describe('an alarm', () => {
  it('can be reset when it is latched, seen and returned', () => {
    const latched = named('one', 1, 60, { latched: true, state: 'acknowledged', condition_active: false })
    assert.ok(canBeReset(latched))
    for (const change of [{ latched: false }, { state: 'returned_unacknowledged' }, { condition_active: true }] as const) assert.ok(!canBeReset({ ...latched, ...change }))
  })

  it('of high priority that waits is named; the section says when it does not have all', () => {
    const section = manyStates(T)
    assert.deepEqual(waitingHigh(section).map(({ sensor_id: id }) => id), ['press-sensor-012'])
    assert.deepEqual(waitingHigh(undefined), [])
    assert.ok(!isCut(section))
    assert.ok(isCut(openAlarms(section.alarms, { counts: { ...section.counts, open: 10 } })))
  })
})
