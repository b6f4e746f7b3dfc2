import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packMemories, unpackMemories } from '../../../src/consumer/memory-snapshot.ts'
import { createSensorMemory, takeDevice, takeDeviceAgain, takeTime } from '../../../src/consumer/sensor-memory.ts'
import type { SensorMemory } from '../../../src/consumer/sensor-memory.ts'
import { emptyResult, scoreReading } from '../../../src/detect/learned/score-reading.ts'
import { READINGS, createDetector, restoreDetector, saveDetector } from '../../../src/detect/learned/state.ts'
import type { Detector } from '../../../src/detect/learned/state.ts'
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

/** As after a kill, with a detector that was stored at the same moment. */
function restored(memory: SensorMemory): SensorMemory {
  const back = unpackMemories(packMemories(new Map([[1, memory]]))).get(1) as SensorMemory
  back.detector = restoreDetector(saveDetector(memory.detector as Detector), 'full')
  return back
}

test('what was restored begins anew where it hasn\'t taken the new device in, whatever the times of its readings', () => {
  const before = createSensorMemory(createDetector('full'))
  const late = createSensorMemory(createDetector('full'))
  const after = createSensorMemory(createDetector('full'))
  for (const timeUs of [1_000, 2_000]) read(before, 0, timeUs)
  for (const timeUs of [1_000, 6_000]) read(late, 0, timeUs)
  for (const timeUs of [6_000, 7_000]) read(after, 5_000, timeUs)
  const all = [before, late, after].map(restored)
  for (const memory of all) read(memory, 5_000, 8_000)
  assert.deepEqual(all.map(learned), [[1, 1], [1, 1], [3, 3]])
})

test('where no device was ever replaced, nothing is forgotten', () => {
  const memory = createSensorMemory(createDetector('full'))
  read(memory, 0, 1_000)
  Object.assign(memory, { newestUs: -1, replacedUs: -1 })
  read(memory, 0, 2_000)
  assert.deepEqual(learned(memory), [2, 2])
})

test('a detector that is older than the rest of the memory begins anew with the first reading of the new device, once', () => {
  const memory = createSensorMemory(createDetector('full'))
  // It came late, while nobody had heard of the new device.
  for (const timeUs of [1_000, 7_000]) read(memory, 0, timeUs)
  const known = [4_000, 6_000, 8_000].map((timeUs) => {
    takeDeviceAgain(memory, 5_000, timeUs)
    scoreReading(memory.detector as Detector, timeUs, 20, result)
    return memory.detector?.numbers[READINGS]
  })
  assert.deepEqual(known, [3, 1, 2])
})

test('a detector that is newer than the rest of the memory doesn\'t begin anew a second time when its readings are read again', () => {
  const memory = createSensorMemory(null)
  for (const timeUs of [6_000, 7_000]) read(memory, 5_000, timeUs)
  memory.detector = createDetector('full')
  for (const timeUs of [8_000, 9_000]) read(memory, 5_000, timeUs)
  takeDeviceAgain(memory, 5_000, 10_000)
  assert.deepEqual(learned(memory), [2, 4])
})
