import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { freshForMs, isActive } from '../../../src/monitoring/freshness.ts'

/** Who is active at each second, given the seconds at which its heart beat. */
function timeline(beatsAtS: readonly number[], intervalMs: number | null, untilS: number, reportedStatus = 'active'): boolean[] {
  return Array.from({ length: untilS + 1 }, (_, atS) => {
    const last = beatsAtS.findLast((beat) => beat <= atS)
    assert.ok(last !== undefined)
    return isActive({ id: 'a', ageMs: (atS - last) * 1000, intervalMs, reportedStatus }, null)
  })
}

describe('a heartbeat is fresh', () => {
  test('of a killed program with our cadence of 2 s for 6 s, so it shows inactive within 10', () => {
    assert.deepEqual(timeline([0, 2, 4], 2_000, 14), [...Array<boolean>(10).fill(true), ...Array<boolean>(5).fill(false)])
  })

  test('of a sensor that reports every 10 s without a flap between two readings, also when one is lost', () => {
    assert.ok(timeline([0, 10, 20, 40, 50], 10_000, 60).every(Boolean))
  })

  test('until proven otherwise for 30 s, where the rhythm is not known yet', () => {
    const active = timeline([0], null, 31)
    assert.equal(active.indexOf(false), 30)
  })

  test('for 5 s at least, however fast it beats, so that a short stall of the database kills nobody', () => {
    assert.deepEqual([freshForMs(100), freshForMs(1_666), freshForMs(1_667), freshForMs(60_000)], [5_000, 5_000, 5_001, 180_000])
  })

  test('no longer, when the program said that it stopped', () => {
    assert.ok(timeline([0], 2_000, 3, 'inactive').every((active) => !active))
  })

  test('when the program says that it is in error: it lives', () => {
    assert.ok(timeline([0], 2_000, 3, 'error').every(Boolean))
  })

  test('when its time is a little ahead of the database', () => {
    assert.ok(isActive({ id: 'a', ageMs: -500, intervalMs: 2_000, reportedStatus: 'active' }, null))
  })
})

describe('after an outage of the database', () => {
  const beat = { id: 'a', intervalMs: 2_000, reportedStatus: 'active' }
  // The last heartbeat at 0, the database away from 1 to 60, looked at later.
  const at = (second: number, activeBefore: readonly string[]): boolean =>
    isActive({ ...beat, ageMs: second * 1000 }, { endedAgoMs: (second - 60) * 1000, activeBefore: new Set(activeBefore) })

  test('those who were active get the time to write again', () => {
    assert.deepEqual([60, 65, 66].map((second) => at(second, ['a'])), [true, true, false])
  })

  test('those who were dead stay dead', () => assert.equal(at(60, ['b']), false))

  test('those who wrote since then count as ever', () => {
    const outage = { endedAgoMs: 20_000, activeBefore: new Set(['a']) }
    assert.deepEqual([5_000, 7_000].map((ageMs) => isActive({ ...beat, ageMs }, outage)), [true, false])
  })
})
