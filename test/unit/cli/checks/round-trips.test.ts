import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicasAlive } from '../../../../src/cli/checks/round-trips.ts'

const partition = (leader: number | null, ...replicas: number[]): Parameters<typeof replicasAlive>[0][number] => ({ leader, replicas })

test('a copy has the same leaders, no dead brokers, and as many replicas for each partition', () => {
  assert.deepEqual(replicasAlive([partition(2, 1, 2), partition(2, 2, 3)], [1, 2, 3]), [[2, 1], [2, 3]])
  assert.deepEqual(replicasAlive([partition(1, 1, 2), partition(3, 2, 3), partition(1, 3, 1)], [1, 3]), [[1], [3], [1]])
  assert.deepEqual(replicasAlive([partition(null, 2)], [1, 3]), [[1]])
})
