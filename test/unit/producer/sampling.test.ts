import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startSampling } from '../../../src/producer/sampling.ts'

/** How far a reading's time may be from its point: both clocks are cut to milliseconds. */
const SLACK_MS = 2

interface Samples {
  readonly startMs: number
  /** What the samples say of their time. */
  readonly times: number[]
  /** How long after that time each was really taken. */
  readonly lateMs: number[]
}

async function samplesOf(intervalMs: number, during: () => Promise<void>): Promise<Samples> {
  const times: number[] = []
  const lateMs: number[] = []
  const startMs = Date.now()
  const sampling = startSampling(intervalMs, (timeMs) => {
    times.push(timeMs)
    lateMs.push(Date.now() - timeMs)
  })
  assert.equal(times.length, 1, 'the first reading is made at once')
  await during()
  sampling.stop()
  const count = times.length
  await sleep(3 * intervalMs)
  assert.equal(times.length, count, 'no reading after the stop')
  return { startMs, times, lateMs }
}

function assertOnGrid(times: readonly number[], startMs: number, intervalMs: number): void {
  for (const time of times) {
    const offset = (time - startMs) % intervalMs
    assert.ok(Math.min(offset, intervalMs - offset) <= SLACK_MS, `${time - startMs} ms is not on a grid of ${intervalMs} ms`)
  }
}

test('samples on a grid that does not drift, however long each sample takes', async () => {
  const { times, startMs, lateMs } = await samplesOf(50, async () => {
    // Timers are late by what this holds up the loop; a chain of time-outs would have drifted by their sum.
    for (let round = 0; round < 60; round++) {
      blockFor(7)
      await sleep(8)
    }
  })
  assertOnGrid(times, startMs, 50)
  assert.ok(times.length >= 16, `${times.length} samples in 0.9 s`)
  // The median, as any single one can be late on a busy machine.
  const late = lateMs.slice(-10).toSorted((a, b) => a - b)[5] ?? Infinity
  assert.ok(late < 15, `samples are ${lateMs.join()} ms late`)
})

test('what a short hold-up delayed is made up for, each reading with its own time', async () => {
  const { times, startMs } = await samplesOf(50, async () => {
    await sleep(120)
    blockFor(275)
    await sleep(180)
  })
  assertOnGrid(times, startMs, 50)
  assert.ok(gapsOf(times).every((gap) => Math.abs(gap - 50) <= 2 * SLACK_MS), `gaps ${gapsOf(times).join()}`)
})

test('after a standstill there is no burst of readings for the time that passed', async () => {
  const { times, startMs } = await samplesOf(50, async () => {
    await sleep(120)
    blockFor(1_275)
    await sleep(180)
  })
  assertOnGrid(times, startMs, 50)
  const gaps = gapsOf(times)
  assert.equal(gaps.filter((gap) => gap > 1_000).length, 1, `gaps ${gaps.join()}`)
  assert.ok(gaps.every((gap) => gap >= 50 - 2 * SLACK_MS), `gaps ${gaps.join()}`)
})

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] as number))
}

function blockFor(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}
