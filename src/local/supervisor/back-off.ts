/** A process that ended by itself, as far as it matters for what comes next. */
export interface Ending {
  /** Ready at least once in this life. */
  readonly wasReady: boolean
  readonly livedMs: number
  /** It said that a person has to change something: a wrong variable, no rights. */
  readonly needsPerson: boolean
}

/** What the supervisor remembers from one ending to the next. */
export interface Endings {
  /** In a row, each before the process was stable. */
  readonly early: number
  /** It has been stable since it was asked to run: what it asks a person for now may pass, as when a port was taken in between. */
  readonly everStable: boolean
}

export const NO_ENDINGS: Endings = { early: 0, everStable: false }

/** After so long its trouble is taken to be over, and the next wait is the shortest again. */
const STABLE_MS = 10_000
const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 15_000
/** One that was never ready is given up after so many starts. */
const MAX_STARTS = 3

/** Starts what crashed again, after waits from a quarter of a second to 15 s; gives up (null) what has to be mended first. */
export function nextStart(before: Endings, ending: Ending): { readonly endings: Endings, readonly waitMs: number | null } {
  const stable = ending.wasReady && ending.livedMs >= STABLE_MS
  const everStable = before.everStable || stable
  const early = stable ? 1 : before.early + 1
  const endings = { early, everStable }
  if (!everStable && (ending.needsPerson || (!ending.wasReady && early >= MAX_STARTS))) return { endings, waitMs: null }
  return { endings, waitMs: Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (early - 1)) }
}
