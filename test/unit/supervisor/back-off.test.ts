import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NO_ENDINGS, nextStart } from '../../../src/local/supervisor/back-off.ts'
import type { Ending } from '../../../src/local/supervisor/back-off.ts'

const CRASH: Ending = { wasReady: true, livedMs: 500, needsPerson: false }

/** The waits before each next start, when it ends like this again and again. */
function waits(endings: readonly Ending[]): (number | null)[] {
  let before = NO_ENDINGS
  return endings.map((ending) => {
    const next = nextStart(before, ending)
    before = next.endings
    return next.waitMs
  })
}

describe('the wait before the next start', () => {
  test('grows from a quarter of a second to 15 s, and never ends', () => {
    assert.deepEqual(waits(Array.from({ length: 9 }, () => CRASH)), [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  })

  test('is the shortest again after a stable time', () => {
    assert.deepEqual(waits([CRASH, CRASH, { ...CRASH, livedMs: 10_000 }, CRASH]), [250, 500, 250, 500])
  })

  test('is given up after three starts that were never ready', () => {
    const never = { ...CRASH, wasReady: false }
    assert.deepEqual(waits([never, never, never]), [250, 500, null])
    assert.deepEqual(waits([never, CRASH, never, never]), [250, 500, null, null])
    // Kafka that once ran, and can't be started because the disk is full: it runs again when there is room.
    assert.deepEqual(waits([{ ...CRASH, livedMs: 60_000 }, never, never, never]), [250, 500, 1000, 2000])
  })

  test('is given up at once for what a person has to mend, unless it ran before', () => {
    assert.deepEqual(waits([{ ...CRASH, wasReady: false, needsPerson: true }]), [null])
    assert.deepEqual(waits([{ ...CRASH, livedMs: 60_000 }, { ...CRASH, wasReady: false, needsPerson: true }]), [250, 500])
  })
})
