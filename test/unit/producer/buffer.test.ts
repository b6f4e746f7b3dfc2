import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createBuffer } from '../../../src/producer/buffer.ts'

interface Item { readonly sequence: number, readonly sizeBytes: number }

test('past its capacity the oldest are dropped and counted', () => {
  const buffer = createBuffer<Item>(3)
  for (let sequence = 1; sequence <= 5; sequence++) buffer.push({ sequence, sizeBytes: 1 })
  assert.deepEqual(buffer.hold(10, 10).map((item) => item.sequence), [3, 4, 5])
  assert.equal(buffer.dropped, 2)
})

test('what is held is never dropped, as Kafka may acknowledge it yet', () => {
  const buffer = createBuffer<Item>(3)
  for (let sequence = 1; sequence <= 3; sequence++) buffer.push({ sequence, sizeBytes: 1 })
  assert.deepEqual(buffer.hold(2, 10).map((item) => item.sequence), [1, 2])
  for (let sequence = 4; sequence <= 6; sequence++) buffer.push({ sequence, sizeBytes: 1 })
  buffer.remove(2)
  assert.deepEqual(buffer.hold(10, 10).map((item) => item.sequence), [6])
  assert.equal(buffer.dropped, 3)
})

test('a reading larger than the byte limit is still handed out, alone', () => {
  const buffer = createBuffer<Item>(10)
  buffer.push({ sequence: 1, sizeBytes: 900 })
  buffer.push({ sequence: 2, sizeBytes: 1 })
  assert.deepEqual(buffer.hold(10, 100).map((item) => item.sequence), [1])
})

test('removing more than there is is a mistake of the caller', () => {
  assert.throws(() => { createBuffer<Item>(10).remove(1) }, RangeError)
})

type Step = { push: number } | { release: true } | { hold: [count: number, bytes: number] } | { remove: number }

test('any sequence of calls does what a plain array does', () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 50 }) }) },
    { weight: 2, arbitrary: fc.record({ hold: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 500 })) }) },
    { weight: 1, arbitrary: fc.record({ release: fc.constant<true>(true) }) },
    { weight: 2, arbitrary: fc.record({ remove: fc.integer({ min: 0, max: 40 }) }) },
  )
  fc.assert(fc.property(fc.integer({ min: 1, max: 150 }), fc.array(step, { maxLength: 600, size: 'max' }), (capacity, steps) => {
    const buffer = createBuffer<Item>(capacity)
    let model: Item[] = []
    let held = 0
    let made = 0
    let dropped = 0
    for (const each of steps) {
      if ('push' in each) {
        const item = { sequence: ++made, sizeBytes: each.push }
        buffer.push(item)
        model.push(item)
        if (model.length > capacity) {
          model.splice(held, 1)
          dropped++
        }
      } else if ('hold' in each) {
        const [count, bytes] = each.hold
        const items = buffer.hold(count, bytes)
        held = items.length
        assert.deepEqual(items, model.slice(0, held))
        const sizeBytes = items.reduce((sum, item) => sum + item.sizeBytes, 0)
        assert.ok(held <= count && (held <= 1 || sizeBytes <= bytes))
        // And no fewer than could go.
        if (model.length > held && held < count) assert.ok(sizeBytes + (model[held] as Item).sizeBytes > bytes)
      } else if ('release' in each) {
        buffer.release()
        held = 0
      } else {
        const count = Math.min(each.remove, model.length)
        buffer.remove(count)
        model = model.slice(count)
        held = 0
      }
      assert.equal(buffer.length, model.length)
      assert.equal(buffer.dropped, dropped)
    }
    assert.deepEqual(buffer.hold(Infinity, Infinity), model)
  }), { numRuns: 300 })
})
