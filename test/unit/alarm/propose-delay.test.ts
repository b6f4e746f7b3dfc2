import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { proposeDelay } from '../../../src/alarm/propose-delay.ts'

/** Raised so many times, each for a while and then clear for a while, in seconds. */
function every(count: number, activeS: number, clearS: number) {
  return Array.from({ length: count }, (_, index) => {
    const raisedMs = index * (activeS + clearS) * 1_000
    return { raisedMs, clearedMs: raisedMs + activeS * 1_000 }
  })
}

describe('the delay proposed for an alarm', () => {
  test('joins those that come back at once, with the shortest delay that does', () => {
    assert.deepEqual(proposeDelay(every(20, 30, 3)), { setting: 'offDelayMs', delayMs: 5_000, alarmsBefore: 20, alarmsAfter: 1 })
  })

  test('hides those that never last, where nothing can be joined', () => {
    assert.deepEqual(proposeDelay(every(20, 3, 300)), { setting: 'onDelayMs', delayMs: 5_000, alarmsBefore: 20, alarmsAfter: 0 })
  })

  test('joins rather than hides, where both help', () => {
    assert.equal(proposeDelay(every(20, 3, 3))?.setting, 'offDelayMs')
  })

  test('is none where alarms are long and far apart, or there is only one', () => {
    assert.equal(proposeDelay(every(20, 300, 300)), null)
    assert.equal(proposeDelay([{ raisedMs: 0, clearedMs: null }]), null)
  })
})
