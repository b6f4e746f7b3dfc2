import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from './errors.ts'
import type { LivenessFile } from './liveness-file.ts'
import type { Log } from './log.ts'

export interface HeartbeatOptions {
  readonly intervalMs: number
  readonly beat: (status: 'active' | 'inactive') => Promise<void>
  readonly log: Log
  /** Touched after each beat that was written, and removed after the last. */
  readonly liveness: LivenessFile | null
}

export interface Heartbeat {
  /** Beats now instead of at the next interval: something changed that is worth seeing at once. */
  beatNow(): void
  /** Beats a last time, as `inactive`, within a second. */
  stop(): Promise<void>
}

const LAST_BEAT_MS = 1_000

/**
 * Beats at once and then at each interval. No failure of it stops anything: the readings matter more than the row about them. It
 * is logged when the beats begin to fail, when they fail for another reason, and when they succeed again.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { intervalMs, beat, log, liveness } = options
  const stopped = new AbortController()
  let failure: string | null = null
  let skipWait = new AbortController()

  async function tryBeat(status: 'active' | 'inactive'): Promise<void> {
    try {
      await beat(status)
      liveness?.touch()
      if (failure !== null) log.info('heartbeats are written again')
      failure = null
    } catch (error) {
      const reason = messageOf(error)
      if (reason !== failure) log.warn({ reason }, 'the heartbeat can not be written; it is tried again')
      failure = reason
    }
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      skipWait = new AbortController()
      const next = performance.now() + intervalMs
      await tryBeat('active')
      const wake = AbortSignal.any([stopped.signal, skipWait.signal])
      await sleep(Math.max(0, next - performance.now()), undefined, { signal: wake }).catch(() => undefined)
    }
  }

  const running = run()
  return {
    beatNow: () => { skipWait.abort() },
    async stop() {
      stopped.abort()
      await Promise.race([running.then(() => tryBeat('inactive')), sleep(LAST_BEAT_MS)])
      liveness?.remove()
    },
  }
}
