import assert from 'node:assert/strict'
import { test } from 'node:test'
import { episodeNear, faultPlans, nextEpisode } from '../../../../src/sensor/faults/episodes.ts'
import type { FaultPlan } from '../../../../src/sensor/faults/episodes.ts'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 0, 1)

test('episodes of a kind come one in each window, without overlap, and take their share of the time', () => {
  const plans = faultPlans([{ kind: 'drift', hours: 2, weight: 3 }, { kind: 'spikes', hours: 1, weight: 1 }, { kind: 'overload', hours: 1, weight: 0 }], 0.2, 1)
  assert.deepEqual(plans.map(({ kind, meanMs }) => [kind, meanMs]), [['drift', 2 * HOUR_MS], ['spikes', HOUR_MS]])
  for (const [plan, share] of [[plans[0], 0.15], [plans[1], 0.05]] as [FaultPlan, number][]) {
    let episode = episodeNear(plan, 5, START_MS)
    const first = episode
    let inFaultMs = 0
    const lengths: number[] = []
    for (let count = 0; count < 5_000; count++) {
      assert.deepEqual(episodeNear(plan, 5, episode.startMs), episode, 'it is found by any of its times')
      assert.deepEqual(episodeNear(plan, 5, episode.endMs - 1), episode)
      lengths.push(episode.endMs - episode.startMs)
      inFaultMs += episode.endMs - episode.startMs
      const next = nextEpisode(plan, 5, episode)
      assert.ok(next.startMs >= episode.endMs)
      episode = next
    }
    const measured = inFaultMs / (episode.startMs - first.startMs)
    assert.ok(Math.abs(measured / share - 1) < 0.03, `${measured} of the time, not ${share}`)
    assert.ok(Math.min(...lengths) >= plan.meanMs / 2 - 1 && Math.max(...lengths) <= plan.meanMs * 1.5 + 1)
  }
})

test('a time scale of 60 makes minutes of hours, at the same share', () => {
  const kinds = [{ kind: 'drift', hours: 48, weight: 1 }] as const
  const [slow] = faultPlans(kinds, 0.01, 1)
  const [fast] = faultPlans(kinds, 0.01, 60)
  assert.deepEqual([slow?.meanMs, slow?.windowMs], [48 * HOUR_MS, 4800 * HOUR_MS])
  assert.deepEqual([fast?.meanMs, fast?.windowMs], [48 * HOUR_MS / 60, 80 * HOUR_MS])
})

test('without a share there are none', () => {
  assert.deepEqual(faultPlans([{ kind: 'drift', hours: 48, weight: 1 }], 0, 1), [])
})
