import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSensorMemory, takeDevice, takeDeviceAgain, takeTime } from '../../../src/consumer/sensor-memory.ts'
import type { SensorMemory } from '../../../src/consumer/sensor-memory.ts'
import { emptyResult, scoreReading } from '../../../src/detect/learned/score-reading.ts'
import { NEWEST_US, READINGS, createDetector } from '../../../src/detect/learned/state.ts'
import { remember } from '../../../src/detect/rules.ts'

const result = emptyResult()

/** A reading as the consumers take it. */
function read(memory: SensorMemory, replacedUs: number, timeUs: number): void {
  takeDevice(memory, replacedUs, timeUs)
  takeTime(memory, timeUs)
  if (memory.detector !== null) scoreReading(memory.detector, timeUs, 20, result)
  remember(memory.rules, 20)
}

test('who takes in the first reading of a new device is told so, and with no other', () => {
  const memory = createSensorMemory(null)
  const told = ([[0, 1_000], [5_000, 3_000], [5_000, 6_000], [5_000, 7_000]] as const).map(([replacedUs, timeUs]) => takeDevice(memory, replacedUs, timeUs))
  assert.deepEqual(told, [false, false, true, false])
})

const learned = ({ detector, rules }: SensorMemory): unknown[] => [detector?.numbers[READINGS], rules.values.length]

test('the first reading of a new device begins anew, once, whether it was known in time or not', () => {
  const inTime = createSensorMemory(createDetector('full'))
  for (const [replacedUs, timeUs] of [[0, 1_000], [0, 2_000], [5_000, 3_000], [5_000, 6_000], [5_000, 7_000]] as const) read(inTime, replacedUs, timeUs)
  assert.deepEqual(learned(inTime), [2, 2])
  const late = createSensorMemory(createDetector('full'))
  for (const [replacedUs, timeUs] of [[0, 1_000], [0, 6_000], [5_000, 7_000], [5_000, 8_000]] as const) read(late, replacedUs, timeUs)
  assert.deepEqual(learned(late), [2, 2])
})

test('what was restored begins anew only where it has no reading of the new device', () => {
  const before = createSensorMemory(createDetector('full'))
  const after = createSensorMemory(createDetector('full'))
  for (const timeUs of [1_000, 2_000]) read(before, 0, timeUs)
  for (const timeUs of [6_000, 7_000]) read(after, 5_000, timeUs)
  for (const memory of [before, after]) {
    memory.replacedUs = -1
    read(memory, 5_000, 8_000)
  }
  assert.deepEqual([learned(before), learned(after)], [[1, 1], [3, 3]])
})

test('where no device was ever replaced, nothing is forgotten', () => {
  const memory = createSensorMemory(createDetector('full'))
  read(memory, 0, 1_000)
  Object.assign(memory, { newestUs: -1, replacedUs: -1 })
  read(memory, 0, 2_000)
  assert.deepEqual(learned(memory), [2, 2])
})

test('a detector that is older than the rest of the memory begins anew where its readings say so', () => {
  const memory = createSensorMemory(createDetector('full'))
  read(memory, 0, 1_000)
  memory.newestUs = 9_000
  takeDeviceAgain(memory, 5_000, 4_000)
  assert.equal(memory.detector?.numbers[NEWEST_US], 1_000)
  takeDeviceAgain(memory, 5_000, 6_000)
  assert.equal(memory.detector?.numbers[READINGS], 0)
})
