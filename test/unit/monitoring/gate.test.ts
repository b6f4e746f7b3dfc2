import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGate } from '../../../src/monitoring/gate.ts'
import { UnavailableError } from '../../../src/monitoring/poller.ts'

test('a gate refuses who is too many, and has a free place again when one has ended, also by a failure', async () => {
  const gate = createGate(2, 'full')
  const first = Promise.withResolvers<string>()
  const second = Promise.withResolvers<string>()
  const inside = [gate.enter(() => first.promise), gate.enter(() => second.promise)]
  await assert.rejects(gate.enter(async () => 'x'), (error) => error instanceof UnavailableError && error.message === 'full')
  first.reject(new Error('failed'))
  await assert.rejects(inside[0] as Promise<string>, /failed/)
  assert.equal(await gate.enter(async () => 'x'), 'x')
  second.resolve('y')
  assert.equal(await inside[1], 'y')
})
