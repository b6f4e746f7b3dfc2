import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BASELINE_READINGS } from '../../../../src/detect/machine/channel.ts'
import {
  alarmSinceUs, channelDeviation, createMachine, isInAlarm, machineBytes, machineWarmUpProgress, restoreMachine, saveMachine,
  updateChannel,
} from '../../../../src/detect/machine/machine.ts'
import type { Machine } from '../../../../src/detect/machine/machine.ts'
import { explainMachine } from '../../../../src/detect/machine/reason.ts'
import { START_US, random } from '../learned/series.ts'

const SECOND_US = 1_000_000

/** Readings of so many channels each second, normal but for the shift, in standard deviations. Alarm states after each second. */
function run(machine: Machine, seconds: number, shift: (second: number, channel: number) => number, seed = 1): boolean[] {
  const next = random(seed)
  const channels = (machine.numbers.length - 3) / 6
  return Array.from({ length: seconds }, (_, second) => {
    for (let channel = 0; channel < channels; channel++) {
      const noise = (next() + next() + next() - 1.5) * 2
      updateChannel(machine, channel, START_US + second * SECOND_US, 100 * channel + noise + shift(second, channel))
    }
    return isInAlarm(machine)
  })
}

test('says nothing while it learns, and is quiet while nothing happens', () => {
  const machine = createMachine(8)
  assert.equal(machineWarmUpProgress(machine), 0)
  const alarms = run(machine, 3000, (second) => (second < 300 && second > 250 ? 20 : 0))
  assert.equal(machineWarmUpProgress(machine), 1)
  assert.deepEqual(alarms.flatMap((alarm, second) => (alarm ? [second] : [])), [])
})

test('is in alarm while several channels are away from their baselines, and no longer', () => {
  const machine = createMachine(8)
  const alarms = run(machine, 1200, (second, channel) => (second >= 700 && second < 900 && channel < 4 ? (channel % 2 === 0 ? 4 : -4) : 0))
  const on = alarms.flatMap((alarm, second) => (alarm ? [second] : []))
  assert.ok((on[0] as number) > 700 && (on[0] as number) < 730, `from ${on[0]}`)
  assert.ok((on.at(-1) as number) >= 900 && (on.at(-1) as number) < 960, `to ${on.at(-1)}`)
  assert.equal(on.length, (on.at(-1) as number) - (on[0] as number) + 1, 'one alarm, without a break')
  assert.equal(alarmSinceUs(machine), START_US + ((on.at(-1) as number) + 1) * SECOND_US)
})

test('an alarm goes on a little below where it begins', () => {
  const alarms = [2, 0.92].map((first) => {
    const machine = createMachine(1)
    run(machine, 401, () => 0)
    for (const [count, deviation] of [[100, first], [150, 0.92]] as const) {
      for (let reading = 0; reading < count; reading++) {
        const [mean, variance] = [machine.numbers[4] as number, machine.numbers[5] as number]
        updateChannel(machine, 0, START_US, mean + deviation * Math.sqrt(variance))
      }
    }
    return isInAlarm(machine)
  })
  assert.deepEqual(alarms, [true, false])
})

test('says which channels it is', () => {
  const machine = createMachine(3)
  run(machine, 800, (second, channel) => (second >= 700 && channel > 0 ? (channel === 1 ? 5 : -2) : 0))
  assert.equal(isInAlarm(machine), true)
  assert.ok(channelDeviation(machine, 1) > 2)
  assert.match(explainMachine(['Voltage', 'Pressure', 'Current'].map((name, channel) => ({ name, deviation: channelDeviation(machine, channel) }))),
    /^Pressure [23]\.\d standard deviations above usual; Current [12]\.\d standard deviations below usual$/)
})

test('takes a lasting change for usual after some hours', () => {
  const alarms = run(createMachine(4), 9000, (second) => (second >= 1000 ? 5 : 0))
  assert.equal(alarms[1100], true)
  assert.equal(alarms.at(-1), false)
})

test('leaves out a channel that no longer sends', () => {
  const machine = createMachine(2)
  run(machine, 800, (second, channel) => (second >= 700 && channel === 1 ? 6 : 0))
  assert.equal(isInAlarm(machine), true)
  const next = random(9)
  for (let second = 800; second < 860; second++) updateChannel(machine, 0, START_US + second * SECOND_US, (next() + next() + next() - 1.5) * 2)
  assert.equal(isInAlarm(machine), false)
})

test('saved and restored at any reading it goes on bit by bit, and any finite value gives a score from 0 to 1', () => {
  const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 5e-324, 1e308, -1e308, 1, 1, 1))
  fc.assert(fc.property(fc.array(value, { minLength: 900, maxLength: 1200 }), fc.nat(899), (values, cut) => {
    const whole = createMachine(2)
    let machine = createMachine(2)
    for (const [index, x] of values.entries()) {
      if (index === cut) machine = restoreMachine(saveMachine(machine), 2)
      const score = updateChannel(whole, index % 2, START_US + index * SECOND_US, x)
      assert.ok(score >= 0 && score <= 1, String(score))
      assert.ok(Object.is(updateChannel(machine, index % 2, START_US + index * SECOND_US, x), score))
    }
    assert.deepEqual(machine.numbers, whole.numbers)
    assert.ok(whole.numbers.every((number) => Number.isFinite(number)))
  }), { numRuns: 20 })
})

test('a record of another size or format is refused', () => {
  assert.equal(machineBytes(8), 408)
  const saved = saveMachine(createMachine(8))
  assert.throws(() => restoreMachine(saved, 7), /360 bytes, not 408/)
  new DataView(saved.buffer).setFloat64(0, 99, true)
  assert.throws(() => restoreMachine(saved, 8), /format 99/)
  assert.equal(BASELINE_READINGS, 400)
})
