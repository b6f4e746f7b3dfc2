import { copyFileSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

/** A service has at most twice as much on the disk. */
const MAX_BYTES = 10 * 1024 * 1024
const INTERVAL_MS = 5_000

/**
 * Bounds the logs of a folder: one that is too large is copied to `NAME.1` and emptied. Programs append to their log, so they go on at its
 * new beginning; what they write in the moment between is lost.
 */
export function startLogRotation(folder: string, maxBytes = MAX_BYTES): { stop(): void } {
  const timer = setInterval(() => rotateLogs(folder, maxBytes), INTERVAL_MS)
  timer.unref()
  rotateLogs(folder, maxBytes)
  return { stop: () => clearInterval(timer) }
}

export function rotateLogs(folder: string, maxBytes: number): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    if (!name.endsWith('.log') || (statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= maxBytes) continue
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
  }
}
