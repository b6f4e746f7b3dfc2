import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forgetPeaks, judgeTail } from '../../../../src/detect/learned/peaks.ts'
import { EVIDENCE_MAX, PEAKS, PEAK_GAP_READINGS } from '../../../../src/detect/learned/settings.ts'
import { TAIL_BASE, TAIL_COUNT, TAIL_PEAKS, TAIL_SLOTS } from '../../../../src/detect/learned/state.ts'

/** A tail that has seen peaks of 1 to 10. */
function filled(): Float64Array {
  const tail = new Float64Array(TAIL_SLOTS)
  for (let peak = 1; peak <= PEAKS; peak++) judgeTail(tail, 0, peak, 0, peak * PEAK_GAP_READINGS)
  return tail
}

const LATER = 1000

test('the largest peaks are kept, largest first', () => {
  const tail = filled()
  assert.deepEqual([...tail.subarray(TAIL_PEAKS)], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  assert.equal(judgeTail(tail, 0, 6.5, 0, LATER), 0)
  assert.deepEqual([...tail.subarray(TAIL_PEAKS)], [10, 9, 8, 7, 6.5, 6, 5, 4, 3, 2])
  assert.equal(judgeTail(tail, 0, 1.5, 0, LATER + 100), 0)
  assert.equal(tail[TAIL_PEAKS + PEAKS - 1], 2)
})

test('the readings of one peak count once', () => {
  const tail = new Float64Array(TAIL_SLOTS)
  for (const [reading, x] of [5, 7, 6, 9, 3].entries()) judgeTail(tail, 0, x, 0, reading)
  assert.equal(tail[TAIL_COUNT], 1)
  assert.equal(tail[TAIL_PEAKS], 9)
  judgeTail(tail, 0, 4, 0, 3 + PEAK_GAP_READINGS)
  assert.equal(tail[TAIL_COUNT], 2)
})

test('evidence begins at the largest, grows slower than the distance, and ends somewhere', () => {
  const base = filled()[TAIL_BASE] as number
  assert.ok(base >= 10)
  const evidence = [base - 0.1, base + 2, base + 20, 1e6, 1e100].map((x) => judgeTail(filled(), 0, x, 0, LATER))
  assert.equal(evidence[0], 0)
  assert.ok((evidence[1] as number) > 0 && (evidence[2] as number) > (evidence[1] as number) && (evidence[2] as number) < 10 * (evidence[1] as number))
  assert.deepEqual(evidence.slice(3), [EVIDENCE_MAX, EVIDENCE_MAX])
})

test('one outlier raises the largest peak by little, a run of them takes the tail along', () => {
  const tail = filled()
  judgeTail(tail, 0, 1000, 0, LATER)
  assert.ok((tail[TAIL_PEAKS] as number) < 13)
  for (let reading = LATER + 1; reading < LATER + 60; reading++) judgeTail(tail, 0, 1000, 0, reading)
  assert.equal(judgeTail(tail, 0, 1000, 0, LATER + 61), 0)
})

test('what is forgotten shrinks towards the mean', () => {
  const tail = filled()
  const before = tail[TAIL_BASE] as number
  forgetPeaks(tail, 0, 4, 0.5)
  assert.deepEqual([...tail.subarray(TAIL_PEAKS)], [7, 6.5, 6, 5.5, 5, 4.5, 4, 3.5, 3, 2.5])
  assert.ok((tail[TAIL_BASE] as number) < before)
})
