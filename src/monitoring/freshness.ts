/** What is known of one program's heart. All times by the database's clock. */
export interface Heartbeat {
  readonly id: string
  readonly ageMs: number
  /** Its own rhythm; null where it isn't known yet. */
  readonly intervalMs: number | null
  readonly reportedStatus: string
}

/** A stretch in which the database was not to be reached, so that nobody could write a heartbeat. */
export interface Outage {
  /** Since the database answered again. */
  readonly endedAgoMs: number
  /** Who was active before it. */
  readonly activeBefore: ReadonlySet<string>
}

/** Two beats may be missed, by a busy machine or a lost packet, before a program counts as dead. */
const BEATS = 3
/** Below it a short stall of the database would show everybody as dead. With our cadence of 2 s the limit is 6 s. */
const MIN_FRESH_MS = 5_000
const ASSUMED_INTERVAL_MS = 10_000

export function freshForMs(intervalMs: number | null): number {
  return Math.max(BEATS * (intervalMs ?? ASSUMED_INTERVAL_MS), MIN_FRESH_MS)
}

/**
 * Whether a program lives: its heartbeat is fresh by its own rhythm, and it didn't say that it stopped. After an outage of the
 * database those who were active before it get the time to write a new heartbeat.
 */
export function isActive(heartbeat: Heartbeat, outage: Outage | null): boolean {
  if (heartbeat.reportedStatus === 'inactive') return false
  const sinceLifeSignMs = outage?.activeBefore.has(heartbeat.id) === true ? Math.min(heartbeat.ageMs, outage.endedAgoMs) : heartbeat.ageMs
  return sinceLifeSignMs < freshForMs(heartbeat.intervalMs)
}
