import type { AlarmRule } from '../contract/alarm.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { AlertLevel, PatternRuleLimits, SensorType, Thresholds } from '../contract/sensor-types.ts'
import { BAD_QUALITY_BELOW } from '../contract/quality.ts'
import { RULES, applyRules, emptyMemory, remember } from '../detect/rules.ts'
import type { PatternRule } from '../detect/rules.ts'
import type { AlarmSettings } from './alarm-rules.ts'
import { emptyCondition, followCondition } from './condition.ts'
import { emptySignal, levelBy, signalOf } from './process-signal.ts'

/** The rules that a series of readings of one sensor can be run through. */
export const REPLAYED_RULES = [
  ...RULES, 'warning_threshold_violation', 'low_threshold_violation', 'critical_low_threshold_violation', 'bad_quality',
] as const satisfies readonly AlarmRule[]
export type ReplayedRule = (typeof REPLAYED_RULES)[number]

export interface ReplayedReading {
  /** Milliseconds since 1970. */
  readonly timeMs: number
  readonly value: number
  readonly level: AlertLevel
  /** 0 to 1; null: not told. */
  readonly quality: number | null
}

export interface ReplaySettings {
  readonly rules: Readonly<Record<ReplayedRule, AlarmSettings>>
  readonly patterns: PatternRuleLimits
}

export interface ReplayedEpisode {
  readonly rule: ReplayedRule
  readonly raisedMs: number
  /** Null: it stands at the end of the readings. */
  readonly clearedMs: number | null
  readonly peak: number
  readonly readings: number
}

/** Where neither the sensor nor its readings tell their thresholds: those of its type. */
export function knownThresholds(type: SensorType, warning: number | null, critical: number | null): Thresholds {
  const table = SENSOR_TYPES[type]
  return { warning: warning ?? table.warning, critical: critical ?? table.critical }
}

/** The pattern rules' limits of a type. */
export function patternsOf(type: SensorType): PatternRuleLimits {
  return SENSOR_TYPES[type].rules
}

/** The alarms that these readings of one sensor, in order, would raise. */
export function replayReadings(readings: Iterable<ReplayedReading>, thresholds: Thresholds, { rules, patterns }: ReplaySettings): ReplayedEpisode[] {
  const memory = emptyMemory()
  const signal = emptySignal()
  const followed = REPLAYED_RULES.filter((rule) => rules[rule].enabled)
    .map((rule) => ({ rule, settings: rules[rule], condition: emptyCondition(), open: -1 }))
  const episodes: ReplayedEpisode[] = []
  const warningLimit = rules.warning_threshold_violation.limit
  const criticalLimit = rules.critical_threshold_violation.limit
  let offset = 0

  for (const { timeMs, value, level: sent, quality } of readings) {
    const bad = quality !== null && quality < BAD_QUALITY_BELOW
    const level = levelBy(value, sent, thresholds, warningLimit, criticalLimit)
    const reading = { timeUs: timeMs * 1_000, offset: offset++, value, level }
    const fired = bad ? 0 : applyRules(memory, value, level, patterns)
    if (!bad) remember(memory, value)
    for (const one of followed) {
      const { rule, settings, condition } = one
      if (rule === 'bad_quality') Object.assign(signal, { ...reading, over: bad, clear: !bad, excess: -(quality ?? 1), severity: 0 })
      else if (bad) continue
      else signalOf(signal, rule, reading, hasFired(fired, rule), settings, thresholds)
      const change = followCondition(condition, signal, settings)
      if (change === 'raised') one.open = episodes.push(episodeOf(rule, condition, null)) - 1
      else if (change !== null) episodes[one.open] = episodeOf(rule, condition, change === 'cleared' ? timeMs : null)
    }
  }
  // What stands is as of its last reading, not of its last change.
  for (const { rule, condition, open } of followed) {
    if (open !== -1 && episodes[open]?.clearedMs === null) episodes[open] = episodeOf(rule, condition, null)
  }
  return episodes
}

function hasFired(fired: number, rule: ReplayedRule): boolean {
  const bit = RULES.indexOf(rule as PatternRule)
  return bit !== -1 && (fired & (1 << bit)) !== 0
}

function episodeOf(rule: ReplayedRule, condition: ReturnType<typeof emptyCondition>, clearedMs: number | null): ReplayedEpisode {
  return { rule, raisedMs: condition.raisedUs / 1_000, clearedMs, peak: condition.peak, readings: condition.readings }
}

export interface Comparison {
  readonly before: number
  readonly after: number
  /** Alarms of now that would be one with another. */
  readonly joined: number
  /** Alarms of now at whose time there would be none. */
  readonly gone: readonly ReplayedEpisode[]
  /** Alarms at whose time there is none now. */
  readonly added: readonly ReplayedEpisode[]
  /** Alarms that would come later or, below 0, earlier, and by how much. */
  readonly shifted: readonly { readonly episode: ReplayedEpisode, readonly laterMs: number }[]
}

export const NO_DIFFERENCE: Comparison = { before: 0, after: 0, joined: 0, gone: [], added: [], shifted: [] }

/** What becomes of the alarms of one sensor. Both lists as `replayReadings` gives them. */
export function compareEpisodes(before: readonly ReplayedEpisode[], after: readonly ReplayedEpisode[]): Comparison {
  const gone: ReplayedEpisode[] = []
  const firstOf = new Map<ReplayedEpisode, ReplayedEpisode>()
  let joined = 0
  for (const episode of before) {
    const same = after.find((other) => overlap(episode, other))
    if (same === undefined) gone.push(episode)
    else if (firstOf.has(same)) joined++
    else firstOf.set(same, episode)
  }
  const shifted = [...firstOf].flatMap(([episode, first]) => (
    episode.raisedMs === first.raisedMs ? [] : [{ episode, laterMs: episode.raisedMs - first.raisedMs }]))
  // One that is a part of an alarm of now is none that is added.
  const added = after.filter((episode) => !firstOf.has(episode) && !before.some((other) => overlap(episode, other)))
  return { before: before.length, after: after.length, joined, gone, added, shifted }
}

function overlap(one: ReplayedEpisode, other: ReplayedEpisode): boolean {
  return one.rule === other.rule && one.raisedMs <= (other.clearedMs ?? Infinity) && other.raisedMs <= (one.clearedMs ?? Infinity)
}

export function addComparisons(one: Comparison, other: Comparison): Comparison {
  return {
    before: one.before + other.before, after: one.after + other.after, joined: one.joined + other.joined,
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
