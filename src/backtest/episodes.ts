import { explain } from '../detect/learned/reason.ts'
import { ALERT_THRESHOLD, STRENGTH_AT_THRESHOLD } from '../detect/learned/settings.ts'
import { channelDeviation } from '../detect/machine/machine.ts'
import { explainMachine } from '../detect/machine/reason.ts'
import type { ScoredRow } from './score-history.ts'

/** An episode of a sensor is over when so many readings in a row were as usual. */
const QUIET_READINGS = 20

/** A time in which one sensor, or the machine, was unusual. */
export interface Episode {
  /** The column's name, or "machine". */
  readonly of: string
  readonly from: string
  to: string
  readonly fromUs: number
  toUs: number
  /** The highest of its scores, and why the reading with it had it. */
  score: number
  why: string
}

export interface EpisodeRecorder {
  take: (scored: ScoredRow) => void
  /** In the order in which they began. */
  readonly episodes: readonly Episode[]
}

/** Turns scored rows into episodes: of the only column, or of each and of the machine. */
export function recordEpisodes(names: readonly string[]): EpisodeRecorder {
  const episodes: Episode[] = []
  const open = names.map(() => ({ episode: undefined as Episode | undefined, quiet: 0 }))
  let machineEpisode: Episode | undefined

  function begin(of: string, { row }: ScoredRow): Episode {
    const episode = { of, from: row.timestamp, to: row.timestamp, fromUs: row.timeUs, toUs: row.timeUs, score: 0, why: '' }
    episodes.push(episode)
    return episode
  }

  function take(scored: ScoredRow): void {
    for (const [index, { detector, result, score }] of scored.columns.entries()) {
      const value = scored.row.values[index] as number
      if (Number.isNaN(value)) continue
      const state = open[index] as typeof open[number]
      if (score >= ALERT_THRESHOLD) state.episode ??= begin(names[index] as string, scored)
      if (state.episode === undefined) continue
      state.quiet = result.strength < STRENGTH_AT_THRESHOLD ? state.quiet + 1 : 0
      if (state.quiet === 0) extend(state.episode, scored, score, () => explain(detector, result, value, ''))
      else if (state.quiet >= QUIET_READINGS) state.episode = undefined
    }
    const { machine } = scored
    if (machine === null) return
    if (!scored.anomaly) machineEpisode = undefined
    else extend(machineEpisode ??= begin('machine', scored), scored, scored.score, () => (
      explainMachine(names.map((name, channel) => ({ name, deviation: channelDeviation(machine, channel) })))))
  }
  return { take, episodes }
}

function extend(episode: Episode, { row }: ScoredRow, score: number, why: () => string): void {
  episode.to = row.timestamp
  episode.toUs = row.timeUs
  if (score <= episode.score) return
  episode.score = score
  episode.why = why()
}
