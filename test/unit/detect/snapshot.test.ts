import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BASELINE_READINGS, NO_EPISODE, RULES } from '../../../src/detect/rules.ts'
import { packMemories, unpackMemories } from '../../../src/detect/snapshot.ts'

const memory = fc.record({
  values: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: BASELINE_READINGS }),
  consecutiveHigh: fc.integer({ min: 0, max: 255 }),
  episodes: fc.array(fc.oneof(fc.constant(NO_EPISODE), fc.maxSafeNat()), { minLength: RULES.length, maxLength: RULES.length }),
}, { noNullPrototype: true })

test('a snapshot brings back every memory, bit by bit', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), memory)), (entries) => {
    const memories = new Map(entries)
    assert.deepStrictEqual(unpackMemories(packMemories(memories)), memories)
  }))
})

test('a snapshot takes 70 bytes a sensor', () => {
  assert.equal(packMemories(new Map([[7, { values: [1], consecutiveHigh: 0, episodes: RULES.map(() => NO_EPISODE) }]])).length, 70)
})

test('a snapshot that was cut is refused', () => {
  assert.throws(() => unpackMemories(Buffer.alloc(69)), RangeError)
})
