import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { runLive } from '../../../src/fleet/live.ts'
import { madeBy, madeByBackfill } from './made-readings.ts'
import type { Made } from './made-readings.ts'

const folder = mkdtempSync(join(tmpdir(), 'fleet-'))
after(() => { rmSync(folder, { recursive: true }) })

async function madeLive(args: readonly string[], fromMs: number, toMs: number, onSkipped: (count: number) => void, signal?: AbortSignal): Promise<Made> {
  return madeBy(folder, args, fromMs, (groups, make) => runLive({
    groups, fromMs, toMs, make, flush: () => {}, onSkipped, signal: signal ?? new AbortController().signal,
  }))
}

describe('a live run', () => {
  test('makes each reading when its time has come, at the rate that was asked for, and the same that a backfill makes', async () => {
    const fromMs = Date.now()
    const args = ['--sensors', '500', '--rate', '5000']
    let skipped = 0
    const made = await madeLive(args, fromMs, fromMs + 1_000, (count) => { skipped += count })
    assert.equal(skipped, 0)
    assert.ok(performance.timeOrigin + performance.now() >= fromMs + 1_000)
    assert.ok(Math.abs(made.readings.length / 5_000 - 1) < 0.03, `${made.readings.length} readings`)
    const again = await madeByBackfill(folder, fromMs, fromMs + 1_000, args)
    const sorted = ({ readings }: Made): string[] => readings.map(({ timeMs, sequence, value }) => `${timeMs} ${sequence} ${value}`).sort()
    assert.deepEqual(sorted(made), sorted(again))
  })

  test('leaves out what was due in a standstill of more than a second, and says how much', async () => {
    const fromMs = Date.now() - 5_000
    let skipped = 0
    const { readings } = await madeLive(['--sensors', '100', '--rate', '1000'], fromMs, fromMs + 6_000, (count) => { skipped += count })
    assert.ok(skipped >= 3_900 && skipped < 5_000, `${skipped} skipped`)
    assert.ok(Math.abs(skipped + readings.length - 6_000) < 150, `${skipped} skipped, ${readings.length} made`)
  })

  test('ends when it is stopped', async () => {
    const stop = new AbortController()
    setTimeout(() => { stop.abort() }, 200)
    const began = performance.now()
    await madeLive(['--sensors', '10'], Date.now(), Infinity, () => {}, stop.signal)
    assert.ok(performance.now() - began < 1_000)
  })
})
