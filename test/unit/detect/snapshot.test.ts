import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BASELINE_READINGS } from '../../../src/detect/rules.ts'
import { packMemories, unpackMemories } from '../../../src/detect/snapshot.ts'

const memory = fc.record({
  values: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: BASELINE_READINGS }),
  consecutiveHigh: fc.integer({ min: 0, max: 255 }),
}, { noNullPrototype: true })

test('a snapshot brings back every memory, bit by bit', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), memory)), (entries) => {
    const memories = new Map(entries)
    assert.deepStrictEqual(unpackMemories(packMemories(memories, memories.size)), memories)
  }))
})

test('a snapshot takes 38 bytes a sensor', () => {
  assert.equal(packMemories([[7, { values: [1], consecutiveHigh: 0 }]], 1).length, 38)
})

test('a snapshot that was cut is refused', () => {
  assert.throws(() => unpackMemories(Buffer.alloc(37)), RangeError)
})
