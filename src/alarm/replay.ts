import type { AlarmRule } from '../contract/alarm.ts'
import { BAD_QUALITY_BELOW } from '../contract/quality.ts'
import type { AlertLevel, Thresholds } from '../contract/sensor-types.ts'
import { RULES, applyRules, emptyMemory, remember } from '../detect/rules.ts'
import type { PatternRule } from '../detect/rules.ts'
import { patternLimits } from './alarm-rules.ts'
import type { AlarmSettings } from './alarm-rules.ts'
import { emptyCondition, followCondition, isRaised } from './condition.ts'
import { NOTHING_FOUND } from './learned-replay.ts'
import type { LearnedFinding } from './learned-replay.ts'
import { judgeLearned } from './learned-signal.ts'
import { emptySignal, signalOf } from './process-signal.ts'

/** The rules that a series of readings of one sensor can be run through. */
export const REPLAYED_RULES = [
  ...RULES, 'warning_threshold_violation', 'low_threshold_violation', 'critical_low_threshold_violation', 'learned_anomaly', 'bad_quality',
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

export type ReplaySettings = Readonly<Record<ReplayedRule, AlarmSettings>>

export interface ReplayedEpisode {
  readonly rule: ReplayedRule
  readonly raisedMs: number
  /** Null: it stands at the end of the readings. */
  readonly clearedMs: number | null
  readonly peak: number
  readonly readings: number
}

/** The alarms that the readings of one sensor would raise, judged as the consumers judge them. */
export interface Replay {
  /** Readings in order. `learned`: what a detector found of it; null: it didn't look, so an alarm of it stays as it is. */
  take(reading: ReplayedReading, learned: LearnedFinding | null): void
  /** What comes from this time on, in milliseconds since 1970, is of another device: what stands ends, and what the rules remember is forgotten. */
  beginAnew(timeMs: number): void
  /** Of the readings so far. */
  episodes(): readonly ReplayedEpisode[]
}

/** A `learned_anomaly` without a limit raises nothing. */
export function createReplay(thresholds: Thresholds, settings: ReplaySettings): Replay {
  let memory = emptyMemory()
  const signal = emptySignal()
  const patterns = patternLimits((rule) => settings[rule as ReplayedRule])
  const alarmScore = settings.learned_anomaly.limit ?? Infinity
  const followed = REPLAYED_RULES.filter((rule) => settings[rule].enabled)
    .map((rule) => ({ rule, settings: settings[rule], condition: emptyCondition(), open: -1 }))
  const episodes: ReplayedEpisode[] = []
  let offset = 0

  return {
    take({ timeMs, value, level, quality }, learned) {
      const bad = quality !== null && quality < BAD_QUALITY_BELOW
      const reading = { timeUs: timeMs * 1_000, offset: offset++, value, level }
      const fired = bad ? 0 : applyRules(memory, value, level, patterns)
      if (!bad) remember(memory, value)
      for (const one of followed) {
        const { rule, condition } = one
        if (rule === 'bad_quality') Object.assign(signal, { ...reading, over: bad, clear: !bad, excess: -(quality ?? 1), severity: 0 })
        else if (bad) continue
        else if (rule === 'learned_anomaly') {
          if (learned === null) continue
          const isUnusual = learned.score >= alarmScore
          signalOf(signal, rule, reading, isUnusual, one.settings, thresholds)
          judgeLearned(signal, isUnusual, learned.strength)
        } else signalOf(signal, rule, reading, hasFired(fired, rule), one.settings, thresholds)
        const change = followCondition(condition, signal, one.settings)
        if (change === 'raised') one.open = episodes.push(episodeOf(rule, condition, null)) - 1
        else if (change !== null) episodes[one.open] = episodeOf(rule, condition, change === 'cleared' ? timeMs : null)
      }
    },
    beginAnew(timeMs) {
      memory = emptyMemory()
      for (const one of followed) {
        if (isRaised(one.condition)) episodes[one.open] = episodeOf(one.rule, one.condition, timeMs)
        one.condition = emptyCondition()
      }
    },
    episodes() {
      // What stands is as of its last reading, not of its last change.
      for (const { rule, condition, open } of followed) {
        if (open !== -1 && episodes[open]?.clearedMs === null) episodes[open] = episodeOf(rule, condition, null)
      }
      return episodes
    },
  }
}

/** Without a detector. */
export function replayReadings(readings: Iterable<ReplayedReading>, thresholds: Thresholds, settings: ReplaySettings): readonly ReplayedEpisode[] {
  const replay = createReplay(thresholds, settings)
  for (const reading of readings) replay.take(reading, NOTHING_FOUND)
  return replay.episodes()
}

function hasFired(fired: number, rule: ReplayedRule): boolean {
  const bit = RULES.indexOf(rule as PatternRule)
  return bit !== -1 && (fired & (1 << bit)) !== 0
}

function episodeOf(rule: ReplayedRule, condition: ReturnType<typeof emptyCondition>, clearedMs: number | null): ReplayedEpisode {
  return { rule, raisedMs: condition.raisedUs / 1_000, clearedMs, peak: condition.peak, readings: condition.readings }
}
