import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExitError, messageOf } from '../../runtime/errors.ts'
import type { Log } from '../../runtime/log.ts'
import type { Exit } from '../process/spawn.ts'
import { NO_ENDINGS, nextStart } from './back-off.ts'
import type { ServiceState } from './protocol.ts'

/** A process of a service, just started. */
export interface Launched {
  readonly pid: number
  readonly exited: Promise<Exit>
  /** Rejects when it ended before it was ready; the message says why. */
  readonly ready: Promise<void>
  /** Ends it in good order, by force if it has to be. */
  stop(): Promise<void>
  kill(signal: NodeJS.Signals): boolean
  /** Why it ended by itself, in a line, and whether a person has to mend it. */
  explain(exit: Exit): { readonly reason: string, readonly needsPerson: boolean }
}

export type Launch = () => Promise<Launched>

/** Keeps one service running from the time that it is started until it is stopped or killed by hand. */
export interface Runner {
  readonly state: ServiceState
  /** Null while there is no process. */
  readonly pid: number | null
  /** Of the process that runs now. */
  readonly startedAtMs: number | null
  /** How often it was started again by itself. */
  readonly restarts: number
  /** Why it ended last, as long as it isn't running. */
  readonly reason: string | null
  /** Resolves when it is ready; also when it is already. Throws an `ExitError` when it fails, or is stopped before. */
  start(launch: Launch): Promise<void>
  /** Resolves when it has ended. */
  stop(): Promise<void>
  /** SIGKILL, and not started again; resolves when it is dead. False when there is nothing to kill. */
  kill(): Promise<boolean>
}

export function createRunner(name: string, log: Log): Runner {
  const changes = new EventEmitter().setMaxListeners(0)
  let state: ServiceState = 'stopped'
  let current: Launched | null = null
  let startedAtMs: number | null = null
  let restarts = 0
  let reason: string | null = null
  let wanted: 'up' | 'stopped' | 'killed' = 'stopped'
  let lives: Promise<void> = Promise.resolve()
  let waiting: AbortController | null = null
  let stops = 0

  function become(next: ServiceState): void {
    if (state === next) return
    state = next
    changes.emit('change')
  }

  async function settled(): Promise<void> {
    while (state === 'starting' || state === 'restarting' || state === 'stopping') await once(changes, 'change')
  }

  async function liveOn(launch: Launch): Promise<void> {
    let endings = NO_ENDINGS
    become('starting')
    while (wanted === 'up') {
      const ending = await liveOnce(launch)
      if (wanted !== 'up') break
      reason = ending.reason
      const next = nextStart(endings, ending)
      endings = next.endings
      if (next.waitMs === null) {
        log.error({ serviceName: name, reason }, 'failed')
        become('failed')
        return
      }
      log.warn({ serviceName: name, reason, waitMs: next.waitMs }, 'ended, will be started again')
      become('restarting')
      waiting = new AbortController()
      await sleep(next.waitMs, undefined, { signal: waiting.signal }).catch(() => undefined)
      waiting = null
      if (wanted === 'up') restarts++
    }
    become(wanted === 'killed' ? 'killed' : 'stopped')
  }

  async function liveOnce(launch: Launch): Promise<{ reason: string, wasReady: boolean, livedMs: number, needsPerson: boolean }> {
    let wasReady = false
    let launched: Launched
    try {
      launched = await launch()
    } catch (error) {
      return { reason: messageOf(error), wasReady, livedMs: 0, needsPerson: error instanceof ExitError }
    }
    current = launched
    startedAtMs = Date.now()
    log.info({ serviceName: name, pid: launched.pid }, 'started')
    // Stopped while it was being launched.
    if (wanted === 'stopped') await launched.stop()
    if (wanted === 'killed') launched.kill('SIGKILL')
    let notReady: unknown
    const ready = launched.ready.then(() => {
      wasReady = true
      reason = null
      if (wanted === 'up') become('running')
    }, (error: unknown) => { notReady = error })
    await Promise.race([ready, launched.exited])
    // Not ready in time: it would never be.
    if (notReady !== undefined && wanted === 'up') await launched.stop()
    const exit = await launched.exited
    await ready
    const livedMs = Date.now() - startedAtMs
    current = null
    startedAtMs = null
    log.info({ serviceName: name, pid: launched.pid, ...exit }, 'ended')
    const explained = launched.explain(exit)
    return { wasReady, livedMs, needsPerson: explained.needsPerson, reason: notReady === undefined ? explained.reason : messageOf(notReady) }
  }

  return {
    get state() { return state },
    get pid() { return current?.pid ?? null },
    get startedAtMs() { return startedAtMs },
    get restarts() { return restarts },
    get reason() { return reason },
    async start(launch) {
      const stopsBefore = stops
      if (wanted !== 'up' || state === 'failed') await lives
      // Somebody else may have started or stopped it in the meantime.
      if (stops === stopsBefore && (wanted !== 'up' || state === 'failed')) {
        wanted = 'up'
        restarts = 0
        reason = null
        lives = liveOn(launch)
      }
      await settled()
      if (state === 'failed') throw new ExitError(`${name} failed: ${reason ?? 'no reason is known'}`)
      if (state !== 'running') throw new ExitError(`${name} was ${state} while it started`)
    },
    async stop() {
      stops++
      wanted = 'stopped'
      waiting?.abort()
      if (current !== null) {
        become('stopping')
        await current.stop()
      }
      await lives
      become('stopped')
    },
    async kill() {
      if (wanted !== 'up' || state === 'failed') return false
      wanted = 'killed'
      waiting?.abort()
      current?.kill('SIGKILL')
      await lives
      return true
    },
  }
}
