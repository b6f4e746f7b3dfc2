import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countOf, createRecorder } from '../../../bench/load/record.ts'
import type { Fate, Range } from '../../../bench/load/record.ts'

const FATES: readonly Fate[] = ['acknowledged', 'unknown', 'refused', 'unsent']

test('any fates of rising sequences come back as the fewest ranges', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...FATES), { maxLength: 200 }), (fates) => {
    const recorder = createRecorder(2)
    fates.forEach((fate, index) => { recorder.record(1, index + 1, fate) })
    for (const fate of FATES) {
      const wanted = fates.flatMap((each, index) => (each === fate ? [index + 1] : []))
      const ranges: readonly Range[] = recorder.rangesOf(1)[fate]
      assert.deepEqual(ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index)), wanted)
      assert.equal(ranges.length, fates.filter((each, index) => each === fate && fates[index - 1] !== fate).length)
      assert.equal(countOf(ranges), recorder.counts[fate])
    }
    assert.deepEqual(recorder.rangesOf(0), { acknowledged: [], unknown: [], refused: [], unsent: [] })
  }))
})

test('a sequence that comes a second time is a mistake, whatever became of it', () => {
  const recorder = createRecorder(1)
  recorder.record(0, 1, 'acknowledged')
  assert.throws(() => { recorder.record(0, 1, 'unknown') }, /sequence 1 of sensor 0 was recorded before, now as unknown/)
})
