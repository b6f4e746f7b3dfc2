import { ExitError, messageOf } from './errors.ts'
import type { Log } from './log.ts'

/** A running service: what `start…` of every `service.ts` returns, so that tests embed what `main.ts` runs. */
export interface Service {
  /** Ends cleanly: finishes what is in hand, says goodbye, frees everything. Safe to call twice. */
  close(): Promise<void>
  /** Settles only if the service fails by itself; it then rejects with the reason. */
  readonly failed: Promise<never>
}

/** Docker sends SIGKILL 10 s after SIGTERM; a clean stop has to be over before. */
const STOP_DEADLINE_MS = 9_000

/**
 * Runs one service as a process: starts it, stops it on SIGTERM or SIGINT, and exits with 0 after a clean stop, 1 after a
 * failure. A failure that a person has to mend is one line on standard error; any other one crashes with its stack.
 */
export async function runProcess(log: Log, start: () => Promise<Service>): Promise<void> {
  process.on('unhandledRejection', (error) => crash(log, error))
  process.on('uncaughtException', (error) => crash(log, error))
  try {
    const stop = stopSignal()
    const service = await Promise.race([start(), stop.then(() => null)])
    if (service === null) {
      // Nothing is in hand yet, and what it waits for may never come.
      log.info('stopped')
      process.exit(0)
    }
    const signal = await Promise.race([stop, service.failed])
    log.info({ signal }, 'stopping')
    const deadline = setTimeout(() => crash(log, new Error(`not stopped within ${STOP_DEADLINE_MS} ms`)), STOP_DEADLINE_MS)
    await service.close()
    clearTimeout(deadline)
    log.info('stopped')
    process.exit(0)
  } catch (error) {
    crash(log, error)
  }
}

/** Ends the process at once when its configuration is wrong, with the one line that says so. */
export function exitOnConfigError<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ExitError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
}

function crash(log: Log, error: unknown): never {
  if (error instanceof ExitError) log.fatal(error.message)
  else log.fatal({ err: error }, `crashed: ${messageOf(error)}`)
  log.flush()
  process.exit(1)
}
