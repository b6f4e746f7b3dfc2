import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMinuteCount } from '../../../src/runtime/minute-count.ts'

test('counts what was added within the last minute', () => {
  let now = 0
  const count = createMinuteCount(() => now)
  count.add(5)
  now = 30_000
  count.add(2)
  assert.equal(count.total(), 7)
  now = 59_999
  assert.equal(count.total(), 7)
  now = 60_000
  assert.equal(count.total(), 2)
  now = 10_000_000
  assert.equal(count.total(), 0)
})

test('at any time it is within a second of the true sliding minute', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 100 })), { maxLength: 100 })
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e6 }), steps, (start, additions) => {
    let now = start
    const count = createMinuteCount(() => now)
    const added: { at: number, count: number }[] = []
    const within = (ms: number): number => added.filter((each) => each.at > now - ms).reduce((sum, each) => sum + each.count, 0)
    for (const [wait, number] of additions) {
      now += wait
      count.add(number)
      added.push({ at: now, count: number })
      assert.ok(count.total() >= within(59_000) && count.total() <= within(61_000))
    }
  }))
})
