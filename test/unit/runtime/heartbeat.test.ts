import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHeartbeat } from '../../../src/runtime/heartbeat.ts'
import { recordingLog } from '../producer/recording-log.ts'

test('beats at once and at each interval, and says goodbye', async () => {
  const beats: string[] = []
  const heartbeat = startHeartbeat({ intervalMs: 50, log: recordingLog().log, liveness: null, beat: async (status) => { beats.push(status) } })
  await sleep(175)
  await heartbeat.stop()
  assert.deepEqual(beats, ['active', 'active', 'active', 'active', 'inactive'])
})

test('failures are tried again, and logged once per change', async () => {
  const { log, lines } = recordingLog()
  const outcomes = ['down', 'down', 'down', 'denied', 'denied', null, null, 'down', null]
  let beat = 0
  const heartbeat = startHeartbeat({
    intervalMs: 10, log, liveness: null, beat: async () => {
      const outcome = outcomes[beat++] ?? null
      if (outcome !== null) throw new Error(outcome)
    },
  })
  while (beat < outcomes.length) await sleep(10)
  await heartbeat.stop()
  assert.deepEqual(lines().map(({ level, msg, reason }) => [level, msg, reason]), [
    ['warn', 'the heartbeat can not be written; it is tried again', 'down'],
    ['warn', 'the heartbeat can not be written; it is tried again', 'denied'],
    ['info', 'heartbeats are written again', undefined],
    ['warn', 'the heartbeat can not be written; it is tried again', 'down'],
    ['info', 'heartbeats are written again', undefined],
  ])
})

test('a beat that hangs does not hold up the stop', async () => {
  const heartbeat = startHeartbeat({ intervalMs: 50, log: recordingLog().log, liveness: null, beat: async () => sleep(60_000, undefined, { ref: false }) })
  const start = performance.now()
  await heartbeat.stop()
  assert.ok(performance.now() - start < 1_500)
})
