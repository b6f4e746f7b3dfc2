import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MAX_GAPS, createSequenceTracker } from '../../../src/consumer/sequences.ts'
import type { SequenceTracker } from '../../../src/consumer/sequences.ts'
import type { ProducerEpoch } from '../../../src/postgres/producer-epochs.ts'

function tracker(stored: ProducerEpoch | null = null, sinceStart = true): SequenceTracker {
  return createSequenceTracker(1, 'e1', stored, { logKey: 7, sinceStart })
}

describe('the numbers of a producer', () => {
  test('are each new once, in whatever order and however often they come', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 200 }), (sequences) => {
      const numbers = tracker()
      const seen = new Set<number>()
      for (const sequence of sequences) {
        assert.equal(numbers.arrive(sequence), seen.has(sequence) ? 'duplicate' : 'new')
        seen.add(sequence)
      }
      const change = numbers.takeChange(0)
      const missing = (change?.missing ?? []).flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index))
      const max = Math.max(...seen)
      assert.deepEqual(missing, Array.from({ length: max }, (_, index) => index + 1).filter((sequence) => !seen.has(sequence)))
      assert.deepEqual([change?.received, change?.duplicates], [seen.size, sequences.length - seen.size])
    }))
  })

  test('go on from what is stored as if they had never stopped', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 80 }), fc.nat(), (sequences, where) => {
      const whole = tracker()
      const arrivals = sequences.map((sequence) => whole.arrive(sequence))
      const split = 1 + where % (sequences.length - 1)
      const before = tracker()
      const first = sequences.slice(0, split).map((sequence) => before.arrive(sequence))
      const stored = before.takeChange(0)
      assert.ok(stored !== null)
      const after = tracker(stored)
      assert.deepEqual([...first, ...sequences.slice(split).map((sequence) => after.arrive(sequence))], arrivals)
    }))
  })

  test('below the first one seen are missing only where the log was read from its beginning', () => {
    const late = tracker(null, false)
    late.arrive(50)
    assert.deepEqual(late.takeChange(0)?.missing, [])
    const whole = tracker()
    whole.arrive(50)
    assert.deepEqual(whole.takeChange(0)?.missing, [[1, 50]])
  })

  test('that are given up are too old, and counted', () => {
    const numbers = tracker()
    for (let sequence = 1; sequence <= 2 * MAX_GAPS + 3; sequence += 2) numbers.arrive(sequence)
    assert.equal(numbers.arrive(2), 'too_old')
    const change = numbers.takeChange(0)
    assert.deepEqual([change?.missing.length, change?.abandoned, change?.floor], [MAX_GAPS, 1, 3])
  })

  test('change only when one has come, and fence by what was written before', () => {
    const numbers = tracker()
    assert.equal(numbers.takeChange(0), null)
    numbers.arrive(1)
    assert.equal(numbers.takeChange(0)?.expectedReceived, 0)
    assert.equal(numbers.takeChange(0), null)
    numbers.arrive(1)
    const change = numbers.takeChange(0)
    assert.deepEqual([change?.expectedReceived, change?.expectedDuplicates, change?.duplicates], [1, 0, 1])
  })
})
