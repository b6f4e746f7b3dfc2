import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { SensorType, Thresholds } from '../contract/sensor-types.ts'
import type { ReplayedEpisode, ReplayedRule } from './replay.ts'

/** Where neither the sensor nor its readings tell their thresholds: those of its type. */
export function knownThresholds(type: SensorType, warning: number | null, critical: number | null): Thresholds {
  const table = SENSOR_TYPES[type]
  return { warning: warning ?? table.warning, critical: critical ?? table.critical }
}

export interface RuleCount {
  readonly before: number
  readonly after: number
}

export interface Comparison {
  readonly before: number
  readonly after: number
  /** The same by rule, of those that raise any. */
  readonly byRule: ReadonlyMap<ReplayedRule, RuleCount>
  /** Alarms of now that would be one with another. */
  readonly joined: number
  /** Alarms of now at whose time there would be none. */
  readonly gone: readonly ReplayedEpisode[]
  /** Alarms at whose time there is none now. */
  readonly added: readonly ReplayedEpisode[]
  /** Alarms that would come later or, below 0, earlier, and by how much. */
  readonly shifted: readonly { readonly episode: ReplayedEpisode, readonly laterMs: number }[]
}

export const NO_DIFFERENCE: Comparison = { before: 0, after: 0, byRule: new Map(), joined: 0, gone: [], added: [], shifted: [] }

/** What becomes of the alarms of one sensor. Both lists as `replayReadings` gives them: those of a rule in order, and apart. */
export function compareEpisodes(before: readonly ReplayedEpisode[], after: readonly ReplayedEpisode[]): Comparison {
  const gone: ReplayedEpisode[] = []
  const firstOf = new Map<ReplayedEpisode, ReplayedEpisode>()
  const sameAs = firstOverlaps(before, after)
  let joined = 0
  for (const episode of before) {
    const same = sameAs.get(episode)
    if (same === undefined) gone.push(episode)
    else if (firstOf.has(same)) joined++
    else firstOf.set(same, episode)
  }
  const shifted = [...firstOf].flatMap(([episode, first]) => (
    episode.raisedMs === first.raisedMs ? [] : [{ episode, laterMs: episode.raisedMs - first.raisedMs }]))
  // One that is a part of an alarm of now is none that is added.
  const known = firstOverlaps(after, before)
  const added = after.filter((episode) => !known.has(episode))
  return { before: before.length, after: after.length, byRule: countByRule(before, after), joined, gone, added, shifted }
}

/** The first of `others` that each episode overlaps, of the same rule: by one walk along both, as there may be 100,000 of each. */
function firstOverlaps(episodes: readonly ReplayedEpisode[], others: readonly ReplayedEpisode[]): Map<ReplayedEpisode, ReplayedEpisode> {
  const found = new Map<ReplayedEpisode, ReplayedEpisode>()
  const byRule = Map.groupBy(others, ({ rule }) => rule)
  const walked = new Map<ReplayedRule, number>()
  for (const episode of episodes) {
    const same = byRule.get(episode.rule) ?? []
    let at = walked.get(episode.rule) ?? 0
    let other = same[at]
    while (other !== undefined && (other.clearedMs ?? Infinity) < episode.raisedMs) other = same[++at]
    walked.set(episode.rule, at)
    if (other !== undefined && other.raisedMs <= (episode.clearedMs ?? Infinity)) found.set(episode, other)
  }
  return found
}

function countByRule(before: readonly ReplayedEpisode[], after: readonly ReplayedEpisode[]): Map<ReplayedRule, RuleCount> {
  const of = (episodes: readonly ReplayedEpisode[], rule: ReplayedRule): number => episodes.filter((episode) => episode.rule === rule).length
  const rules = new Set([...before, ...after].map(({ rule }) => rule))
  return new Map([...rules].map((rule) => [rule, { before: of(before, rule), after: of(after, rule) }]))
}

export function addComparisons(one: Comparison, other: Comparison): Comparison {
  const byRule = new Map(one.byRule)
  for (const [rule, { before, after }] of other.byRule) {
    const known = byRule.get(rule)
    byRule.set(rule, { before: before + (known?.before ?? 0), after: after + (known?.after ?? 0) })
  }
  return {
    before: one.before + other.before, after: one.after + other.after, byRule, joined: one.joined + other.joined,
    gone: [...one.gone, ...other.gone], added: [...one.added, ...other.added], shifted: [...one.shifted, ...other.shifted],
  }
}

/** Such as "41 alarms become 3: 36 are one with another, 2 do not come; one comes 4 s later". */
export function describeComparison({ before, after, joined, gone, added, shifted }: Comparison): string {
  const parts = [
    ...joined === 0 ? [] : [`${joined} ${joined === 1 ? 'is' : 'are'} one with another`],
    ...gone.length === 0 ? [] : [`${gone.length} ${gone.length === 1 ? 'does' : 'do'} not come`],
    ...added.length === 0 ? [] : [`${added.length} ${added.length === 1 ? 'is' : 'are'} new`],
  ]
  const times = [describeShift(shifted.map(({ laterMs }) => laterMs).filter((ms) => ms > 0), 'later'),
    describeShift(shifted.map(({ laterMs }) => -laterMs).filter((ms) => ms > 0), 'earlier')].filter((text) => text !== null)
  const lost = before > 0 && gone.length === 0 ? ['none is lost'] : []
  return [[`${before} ${before === 1 ? 'alarm becomes' : 'alarms become'} ${after}`, parts.join(', ')].filter((text) => text !== '').join(': '),
    ...times, ...lost].join('; ')
}

function describeShift(shiftsMs: readonly number[], direction: string): string | null {
  const [first] = shiftsMs
  if (first === undefined) return null
  const most = shiftsMs.reduce((a, b) => Math.max(a, b), first)
  const seconds = `${Math.round(most / 100) / 10} s`
  return shiftsMs.length === 1 ? `one comes ${seconds} ${direction}` : `${shiftsMs.length} come up to ${seconds} ${direction}`
}
