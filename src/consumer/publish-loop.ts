import { classifyKafka } from '../kafka/errors.ts'
import { classifyPostgres } from '../postgres/errors.ts'
import { linkAbort, pause } from '../runtime/abort.ts'
import { messageOf } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'

export interface PublishLoopOptions {
  /** Publishes what is pending. */
  readonly publish: () => Promise<void>
  /** For the log: `alerts and dead letters`. */
  readonly what: string
  /** What another process left behind is found without a call of `wake`. */
  readonly pollMs: number
  /** Also after an error that doesn't pass by itself: nothing of this is worth ending the process for. */
  readonly goesOn?: boolean
  readonly log: Log
}

export interface PublishLoop {
  /** There may be something new. */
  wake(): void
  /** Begins nothing new any more. */
  abort(): void
  /** Resolves after `abort`; rejects when it can't go on, which it always can with `goesOn`. */
  readonly running: Promise<void>
}

const RETRY_MS = 500

/** Publishes again and again what is stored, and goes on trying while Kafka or PostgreSQL is away. */
export function startPublishLoop({ publish, what, pollMs, goesOn = false, log }: PublishLoopOptions): PublishLoop {
  const stopping = new AbortController()
  let signalled = false
  let onSignal: () => void = () => {}

  function wake(): void {
    signalled = true
    onSignal()
  }

  async function run(): Promise<void> {
    let failing = false
    while (!stopping.signal.aborted) {
      signalled = false
      try {
        await publish()
        if (failing) log.info(`${what} are published again`)
        failing = false
      } catch (error) {
        if (stopping.signal.aborted) return
        const passes = [classifyPostgres(error), classifyKafka(error)].includes('retry')
        if (!passes && !goesOn) throw error
        if (!failing && passes) log.warn({ reason: messageOf(error) }, `${what} wait in the outbox`)
        if (!failing && !passes) log.error({ err: error }, `${what} wait in the outbox until this is mended`)
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

  return {
    wake,
    abort() {
      stopping.abort()
      wake()
    },
    running: run(),
  }
}
