import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALARM_RULES, ALARM_TRANSITIONS } from '../../../src/contract/alarm.ts'
import { alarmRows } from '../../../src/dashboard/alarm-rows.ts'
import { rebalanceLines } from '../../../src/dashboard/rebalance-lines.ts'
import { anomalyInWords, transitionInWords } from '../../../src/dashboard/words.ts'
import { alert, iso, rebalance } from '../../e2e/fixture-data.ts'

const T = Date.parse('2026-11-24T10:00:00.000Z')

describe('rows of alerts', () => {
  it('put the alerts of one episode together, at the place of the newest', () => {
    const rows = alarmRows([
      alert(T, 'd', { episode_id: 'one', timestamp: iso(T - 1_000) }), alert(T, 'c', { episode_id: 'two' }),
      alert(T, 'b', { episode_id: 'one', timestamp: iso(T - 5_000) }), alert(T, 'a', { episode_id: null }),
      alert(T, 'z', { episode_id: null }),
    ])
    assert.deepEqual(rows.map(({ newest, count, first }) => [newest.alert_id, count, first === newest.timestamp]), [
      ['d', 2, false], ['c', 1, true], ['a', 1, true], ['z', 1, true],
    ])
    assert.equal(rows[0]?.first, iso(T - 5_000))
  })
})

describe('anomalies in words', () => {
  it('are there for a type that the page does not know, too', () => {
    assert.equal(anomalyInWords('rapid_value_change'), 'Rapid change')
    assert.equal(anomalyInWords('stuck_value'), 'Stuck value')
  })
})

describe('what happens to alarms, and why they are raised', () => {
  it('has words of its own each', () => {
    assert.equal(transitionInWords('escalated'), 'Escalated')
    assert.equal(transitionInWords('shelving_expired'), 'Shelving is over')
    assert.equal(transitionInWords('taken_out_of_service'), 'Taken out of service')
    assert.equal(new Set(ALARM_TRANSITIONS.map(transitionInWords)).size, ALARM_TRANSITIONS.length)
    assert.equal(new Set(ALARM_RULES.map(anomalyInWords)).size, ALARM_RULES.length)
  })
})

describe('lines of rebalances', () => {
  it('are readable, and one for what a consumer does at once', () => {
    const lines = rebalanceLines([
      rebalance(7, T, 'rebalance_complete', 'a', null),
      rebalance(6, T, 'partition_assigned', 'a', 2), rebalance(5, T - 300, 'partition_assigned', 'b', 1),
      rebalance(4, T - 400, 'partition_assigned', 'a', 0),
      rebalance(3, T - 500, 'partition_revoked', 'a', 0), rebalance(2, T - 600, 'rebalance_start', 'a', null),
      rebalance(1, T - 60_000, 'partition_assigned', 'a', 0),
    ])
    assert.deepEqual(lines.map(({ consumerId, text, key }) => `${key} ${consumerId} ${text}`), [
      '7 a rebalance complete', '6 a took partitions 0 and 2', '5 b took partition 1', '3 a gave up partition 0', '2 a rebalance began',
      '1 a took partition 0',
    ])
  })

  it('say something of events that name no partition', () => {
    const lines = rebalanceLines([rebalance(1, T, 'partition_assigned', 'a', null), rebalance(2, T, 'partition_revoked', 'a', null)])
    assert.deepEqual(lines.map(({ text }) => text), ['took no partition', 'gave up its partitions'])
  })
})
