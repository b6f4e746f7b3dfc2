import { classifyKafka } from '../kafka/errors.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import { linkAbort, pause } from '../runtime/abort.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'

export interface FollowLoopOptions {
  /** Does what is left to do with what is stored. The signal is aborted when it should begin nothing new. */
  readonly pass: (signal: AbortSignal) => Promise<void>
  /** For the log, when it fails: `alerts wait in the outbox`. */
  readonly waiting: string
  /** For the log, when it works again: `alerts are published again`. */
  readonly again: string
  /** What another process left behind is found without a call of `wake`. */
  readonly pollMs: number
  /** Also after an error that doesn't pass by itself: nothing of this is worth ending the process for. */
  readonly goesOn?: boolean
  readonly log: Log
}

export interface FollowLoop {
  /** There may be something new. */
  wake(): void
  /** Begins nothing new any more. */
  abort(): void
  /** The same, and does what is left, for at most so long. */
  finish(timeoutMs: number): Promise<void>
  /** Resolves after `abort`; rejects when it can't go on, which it always can with `goesOn`. */
  readonly running: Promise<void>
}

const RETRY_MS = 500

/** Follows again and again what is stored, and goes on trying while Kafka or PostgreSQL is away. */
export function startFollowLoop({ pass, waiting, again, pollMs, goesOn = false, log }: FollowLoopOptions): FollowLoop {
  const stopping = new AbortController()
  let signalled = false
  let onSignal: () => void = () => {}

  function wake(): void {
    signalled = true
    onSignal()
  }

  function abort(): void {
    stopping.abort()
    wake()
  }

  async function run(): Promise<void> {
    let failing = false
    while (!stopping.signal.aborted) {
      signalled = false
      try {
        await pass(stopping.signal)
        if (failing) log.info(again)
        failing = false
      } catch (error) {
        if (stopping.signal.aborted) return
        const passes = [classifyPostgres(error), classifyKafka(error)].includes('retry')
        if (!passes && !goesOn) throw error
        if (!failing && passes) log.warn({ reason: messageOf(error) }, waiting)
        if (!failing && !passes) log.error({ err: error }, `${waiting} until this is mended`)
        failing = true
        await pause(RETRY_MS, stopping.signal)
        continue
      }
      if (signalled) continue
      const wait = linkAbort(stopping.signal)
      onSignal = () => { wait.abort() }
      await pause(pollMs, wait.signal)
      wait.release()
    }
  }

  const running = run()
  return {
    wake, abort, running,
    async finish(timeoutMs) {
      abort()
      const ended = new AbortController()
      await Promise.race([
        running.then(() => pass(ended.signal)).catch(() => {}).finally(() => { ended.abort() }), pause(timeoutMs, ended.signal)])
      ended.abort()
    },
  }
}
