import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { emptyCondition } from '../../../src/alarm/condition.ts'
import type { Condition, Phase } from '../../../src/alarm/condition.ts'
import { packMemories, unpackMemories } from '../../../src/consumer/memory-snapshot.ts'
import { createSensorMemory } from '../../../src/consumer/sensor-memory.ts'
import type { SensorMemory } from '../../../src/consumer/sensor-memory.ts'
import { MOST_CONSECUTIVE } from '../../../src/contract/alarm-limits.ts'
import { ALARM_RULES } from '../../../src/contract/alarm.ts'
import { BASELINE_READINGS } from '../../../src/detect/rules.ts'

const value = fc.double({ noNaN: true, noDefaultInfinity: true })
const condition = fc.record({
  phase: fc.integer({ min: 1, max: 3 }), severity: fc.integer({ min: 0, max: 2 }), sinceUs: value, offset: fc.maxSafeNat(), raisedUs: value, peak: value,
  readings: fc.nat(),
}, { noNullPrototype: true }).map((fields): Condition => ({ ...emptyCondition(), ...fields, phase: fields.phase as Phase }))
const memory = fc.record({
  values: fc.array(value, { maxLength: BASELINE_READINGS }), consecutiveHigh: fc.integer({ min: 0, max: MOST_CONSECUTIVE }), newestUs: value, intervalUs: value,
  replacedUs: value,
  open: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: ALARM_RULES.length - 1 }), condition), { selector: ([index]) => index }),
}).map(({ values, consecutiveHigh, newestUs, intervalUs, replacedUs, open }): SensorMemory => {
  const made = createSensorMemory(null, { values, consecutiveHigh })
  for (const [index, each] of open) {
    made.conditions[index] = each
    made.open |= 1 << index
  }
  return Object.assign(made, { newestUs, intervalUs, replacedUs })
})

test('a snapshot brings back every memory, bit by bit', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), memory)), (entries) => {
    const memories = new Map(entries)
    assert.deepStrictEqual(unpackMemories(packMemories(memories)), memories)
  }))
})

test('a snapshot takes 64 bytes of a sensor of which nothing is over', () => {
  assert.equal(packMemories(new Map([[7, createSensorMemory(null)]])).length, 64)
})

test('a snapshot that was cut is refused', () => {
  assert.throws(() => unpackMemories(Buffer.alloc(63)), RangeError)
})
