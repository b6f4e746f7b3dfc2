import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReadPace } from '../../../src/monitoring/read-pace.ts'

test('what costs more is read less often', async () => {
  let nowMs = 0
  const pace = createReadPace(100, () => nowMs)
  const read = async (costMs: number): Promise<void> => pace.timed(async () => { nowMs += costMs })
  assert.equal(pace.due(), true)
  await read(1)
  nowMs = 99
  assert.equal(pace.due(), false)
  nowMs = 100
  assert.equal(pace.due(), true)
  await read(20)
  nowMs = 1_099
  assert.equal(pace.due(), false)
  nowMs = 1_100
  assert.equal(pace.due(), true)
})
