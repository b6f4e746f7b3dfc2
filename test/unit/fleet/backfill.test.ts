import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runBackfill } from '../../../src/fleet/backfill.ts'
import { madeBy, madeByBackfill } from './made-readings.ts'
import type { Made } from './made-readings.ts'

const FROM_MS = Date.UTC(2026, 4, 1, 0, 7)
const TO_MS = FROM_MS + 6 * 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'fleet-'))
after(() => { rmSync(folder, { recursive: true }) })

describe('history', () => {
  test('is the same bit for bit at every run with the same seed, and so is its ground truth', async () => {
    const args = ['--sensors', '60', '--time-scale', '60', '--rate', '5']
    const one = await madeByBackfill(folder, FROM_MS, TO_MS, args)
    const other = await madeByBackfill(folder, FROM_MS, TO_MS, args)
    assert.equal(one.digest, other.digest)
    assert.equal(one.truthText, other.truthText)
    assert.ok(one.truth.length > 20, `${one.truth.length} faults`)
    const reseeded = await madeByBackfill(folder, FROM_MS, TO_MS, [...args, '--seed', '2'])
    assert.notEqual(reseeded.digest, one.digest)
    assert.notEqual(reseeded.truthText, one.truthText)
  })

  test('has every reading of the time, and none beside it, numbered without gaps', async () => {
    const { readings } = await madeByBackfill(folder, FROM_MS, TO_MS, ['--sensors', '4'])
    assert.ok(readings.every(({ timeMs }) => timeMs >= FROM_MS && timeMs < TO_MS))
    // The first machine of the plant is a motor: 1, 1, 5 and 5 s.
    assert.equal(readings.length, 6 * (2 * 3_600 + 2 * 720))
    assert.equal(readings.reduce((most, { sequence }) => Math.max(most, sequence), 0), 6 * 3_600)
  })

  test('comes sensor by sensor, ten minutes at a time', async () => {
    const chunks: number[] = []
    const order: string[] = []
    await madeBy(folder, ['--sensors', '2'], FROM_MS, async (groups, make) => runBackfill({
      groups, fromMs: FROM_MS, toMs: FROM_MS + 1_500_000, room: async () => {}, signal: new AbortController().signal,
      async beforeChunk(timeMs) { chunks.push(timeMs - FROM_MS) },
      make(sensor, ...rest) {
        if (order.at(-1) !== sensor.of.sensorId) order.push(sensor.of.sensorId)
        make(sensor, ...rest)
      },
    }))
    assert.deepEqual(chunks, [0, 180_000, 780_000, 1_380_000])
    assert.equal(order.length, 8)
  })

  test('ends at once when it is stopped', async () => {
    const stop = new AbortController()
    const { readings } = await madeBy(folder, ['--sensors', '100'], FROM_MS, (groups, make) => runBackfill({
      groups, fromMs: FROM_MS, toMs: TO_MS, make, beforeChunk: async () => {}, signal: stop.signal, room: async () => { stop.abort() },
    }))
    assert.equal(readings.length, 2_000)
  })
})

describe('the ground truth', () => {
  let made: Made
  before(async () => {
    made = await madeByBackfill(folder, FROM_MS, TO_MS, ['--sensors', '300', '--time-scale', '400', '--rate', '20'])
  })

  test('names start, end, readings, peak and first crossings of each fault, as the readings show them', () => {
    const { truth } = made
    const whole = truth.filter(({ complete }) => complete)
    assert.ok(whole.length > 200)
    assert.deepEqual([...new Set(whole.map(({ kind }) => kind))].sort(), [
      'bearing_wear', 'cavitation', 'drift', 'drop_out', 'overload', 'spikes', 'stuck_at'])
    for (const line of whole) {
      assert.ok(Date.parse(line.start) >= FROM_MS && Date.parse(line.end) <= TO_MS && line.start < line.end)
      assert.equal(line.readings === 0, line.peak_time === null)
      for (const time of [line.peak_time, line.first_warning, line.first_critical]) assert.ok(time === null || (time >= line.start && time < line.end))
      if (line.kind === 'drop_out') assert.equal(line.readings, 0)
    }
    const worn = whole.filter(({ kind, sensor_type }) => kind === 'bearing_wear' && sensor_type === 'vibration')
    assert.ok(worn.some(({ first_warning, first_critical }) => first_warning !== null && first_critical !== null && first_warning <= first_critical))
    // Faults of a machine are one episode with a line for each sensor that feels it.
    assert.ok(new Set(worn.map(({ episode }) => episode)).size < truth.filter(({ kind }) => kind === 'bearing_wear').length)
  })

  test('says of what the run did not see to its end, or from its start, that it is not complete', () => {
    const { truth } = made
    const cut = truth.filter(({ complete }) => !complete)
    assert.ok(cut.length > 0)
    for (const { start, end } of cut) assert.ok(Date.parse(start) < FROM_MS || Date.parse(end) > TO_MS - 120_000)
  })

  test('has about the share of the plant file, 1 % of the time', () => {
    const { truth, readings } = made
    const share = truth.reduce((sum, line) => sum + line.readings, 0) / readings.length
    assert.ok(share > 0.004 && share < 0.014, `${share}`)
  })
})
