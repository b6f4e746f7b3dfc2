import { closeSync, fstatSync, openSync, rmSync, utimesSync } from 'node:fs'
import { text } from './config.ts'
import { ExitError, messageOf } from './errors.ts'

export const livenessVariables = {
  LIVENESS_FILE: {
    ...text({
      help: 'A file that is touched when a heartbeat was recorded in PostgreSQL, every 2 s at most, for the health check of a container: '
        + '`find FILE -newermt \'-15 seconds\'` prints it as long as the process does its work. It is removed at a stop.',
    }),
    defaultValue: null,
  },
}

export interface LivenessFile {
  /** Sets its time to now; throws the file system's error. */
  touch(): void
  /** For good: it isn't touched after that. */
  remove(): void
}

const SPACING_MS = 2_000

/**
 * Null without a path. The file is there from its first touch on: one that an earlier life left behind would say that this one is well.
 * Throws an `ExitError` when it can't be written, or is anything but an empty file, so that nothing of somebody else's is removed.
 */
export function openLivenessFile(path: string | null): LivenessFile | null {
  if (path === null) return null
  check(path)
  let touchedMs = -Infinity
  let removed = false
  return {
    touch() {
      if (removed || performance.now() - touchedMs < SPACING_MS) return
      closeSync(openSync(path, 'a'))
      utimesSync(path, new Date(), new Date())
      touchedMs = performance.now()
    },
    remove() {
      removed = true
      rmSync(path, { force: true })
    },
  }
}

function check(path: string): void {
  let empty: boolean
  try {
    const file = openSync(path, 'a')
    const stats = fstatSync(file)
    closeSync(file)
    empty = stats.isFile() && stats.size === 0
  } catch (error) {
    throw new ExitError(`LIVENESS_FILE can't be written: ${messageOf(error)}`)
  }
  if (!empty) throw new ExitError(`LIVENESS_FILE is ${JSON.stringify(path)}, which is something else already; it must be a file of its own`)
  rmSync(path)
}
