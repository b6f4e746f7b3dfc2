import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeReadiness } from '../../../src/cli/kafka-readiness.ts'
import type { BrokerAnswer } from '../../../src/cli/kafka-readiness.ts'

const LED = { leader: 1, replicas: [1, 2], inSyncReplicas: [1, 2] }
const QUORUM = { leader: 2, voters: [{ id: 1, behindMs: 0 }, { id: 2, behindMs: 0 }] }

function answer(port: number, changes: Partial<NonNullable<BrokerAnswer['view']>> = {}): BrokerAnswer {
  const brokers = [1, 2].map((id) => ({ id, host: 'h', port: id }))
  return { address: `h:${port}`, view: { id: 'c', brokers, topics: new Map([['alerts', [LED, LED]]]), ...changes } }
}

test('ready is one cluster with a controller and leaders', () => {
  assert.deepEqual(judgeReadiness([answer(1), answer(2)], QUORUM, true), { ready: true, detail: 'brokers 1, 2, controller 2, topics alerts' })
  assert.deepEqual(judgeReadiness([answer(1, { topics: new Map() })], QUORUM, false), { ready: true, detail: 'brokers 1, 2, controller 2, no topic yet' })
})

test('what is missing is said', () => {
  const silent = { address: 'h:2', view: null }
  const alone = { brokers: [{ id: 1, host: 'h', port: 1 }] }
  const leaderless = { topics: new Map([['alerts', [LED, { ...LED, leader: null }]]]) }
  const cases: readonly (readonly [readonly BrokerAnswer[], typeof QUORUM | null, string])[] = [
    [[answer(1), silent], null, 'no answer from h:2'],
    [[answer(1), answer(2, { id: 'd' })], QUORUM, 'the brokers are of 2 clusters: c, d'],
    [[answer(1, alone), answer(2)], QUORUM, '1 of 2 brokers have joined: 1'],
    [[answer(1), answer(2)], null, 'no controller is elected'],
    [[answer(1, leaderless), answer(2)], QUORUM, 'no leader: partition 1 of alerts'],
  ]
  for (const [answers, quorum, detail] of cases) assert.deepEqual(judgeReadiness(answers, quorum, true), { ready: false, detail })
  assert.equal(judgeReadiness([answer(1, alone), answer(2, alone)], QUORUM, false).ready, true, 'brokers of others may be more or fewer than their addresses')
})
