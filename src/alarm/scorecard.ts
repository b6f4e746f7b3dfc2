import type { Calendar } from '../calendar/calendar.ts'
import { ALARM_PRIORITIES } from '../contract/alarm.ts'
import type { AlarmPriority, AlarmRule } from '../contract/alarm.ts'
import { scoreDays, scoreShifts } from './alarms-by-time.ts'
import type { DayScore, ShiftScore } from './alarms-by-time.ts'
import { proposeDelay } from './propose-delay.ts'
import type { DelayProposal } from './propose-delay.ts'

/** One time that an alarm was announced, and when its condition had cleared. */
export interface Activation {
  readonly sensorId: string
  readonly rule: AlarmRule
  readonly priority: AlarmPriority
  /** Milliseconds since 1970. */
  readonly raisedMs: number
  /** Null: it stands. */
  readonly clearedMs: number | null
}

export interface ScorecardSpan {
  /** Milliseconds since 1970; `toMs` is not included. */
  readonly fromMs: number
  readonly toMs: number
  /** Who share the alarms. */
  readonly operators: number
}

/** The targets that ISA-18.2 and EEMUA 191 publish. */
export const TARGETS = {
  /** More of them in 10 minutes for one operator are a flood. */
  floodPer10Min: 10,
  /** Alarms a day that one operator can manage. */
  manageablePerDay: 150,
  /** Share of the 10-minute windows that may be in flood. */
  floodPercent: 1,
  /** So many transitions within a minute are chatter. */
  chatterPerMinute: 3,
  /** An alarm that stands for longer is stale. */
  staleHours: 24,
  prioritiesPercent: { high: 5, medium: 15, low: 80 },
} as const

const TEN_MINUTES_MS = 600_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const MOST_LISTED = 10

export interface Flood {
  readonly fromMs: number
  readonly toMs: number
  readonly alarms: number
}

interface Named {
  readonly sensorId: string
  readonly rule: AlarmRule
}

export interface BadActor extends Named {
  readonly alarms: number
  /** Of all alarms, %. */
  readonly percent: number
  /** What would have spared most of them; null: no delay would. */
  readonly proposal: DelayProposal | null
}

export interface Scorecard {
  readonly alarms: number
  /** For one operator, each. */
  readonly perDay: number
  readonly per10Min: { readonly mean: number, readonly most: number }
  readonly floodPercent: number
  readonly floods: readonly Flood[]
  /** At the end of the span. */
  readonly standing: number
  readonly stale: readonly (Named & { readonly raisedMs: number })[]
  readonly staleCount: number
  readonly chattering: readonly (Named & { readonly mostPerMinute: number })[]
  readonly chatteringCount: number
  readonly priorities: Readonly<Record<AlarmPriority, { readonly alarms: number, readonly percent: number }>>
  readonly shifts: readonly ShiftScore[]
  readonly days: readonly DayScore[]
  readonly badActors: readonly BadActor[]
}

/**
 * How well the alarms of a span served the operators, by the calendar's shifts and days too. `activations` are those raised before its end and not
 * cleared before its begin.
 */
export function scoreAlarms(activations: readonly Activation[], span: ScorecardSpan, calendar: Calendar): Scorecard {
  const { fromMs, toMs, operators } = span
  const raised = activations.filter(({ raisedMs }) => raisedMs >= fromMs && raisedMs < toMs).toSorted((a, b) => a.raisedMs - b.raisedMs)
  const times = raised.map(({ raisedMs }) => raisedMs)
  const perWindow = countWindows(raised, span)
  const inFlood = perWindow.map((count) => count / operators > TARGETS.floodPer10Min)
  const standing = activations.filter(({ clearedMs }) => clearedMs === null || clearedMs >= toMs)
  const stale = standing.filter(({ raisedMs }) => toMs - raisedMs > TARGETS.staleHours * HOUR_MS).toSorted((a, b) => a.raisedMs - b.raisedMs)
  const actors = [...Map.groupBy(raised, ({ sensorId, rule }) => `${rule} ${sensorId}`).values()]
  const chattering = actors.map((own) => ({ ...nameOf(own), mostPerMinute: mostTransitionsPerMinute(own) }))
    .filter(({ mostPerMinute }) => mostPerMinute >= TARGETS.chatterPerMinute).toSorted((a, b) => b.mostPerMinute - a.mostPerMinute)
  return {
    alarms: raised.length,
    perDay: raised.length * DAY_MS / (toMs - fromMs) / operators,
    per10Min: {
      mean: raised.length * TEN_MINUTES_MS / (toMs - fromMs) / operators,
      most: perWindow.reduce((most, count) => Math.max(most, count), 0) / operators,
    },
    floodPercent: percent(inFlood.filter(Boolean).length, perWindow.length),
    floods: joinFloods(perWindow, inFlood, span),
    standing: standing.length,
    stale: stale.slice(0, MOST_LISTED).map(({ sensorId, rule, raisedMs }) => ({ sensorId, rule, raisedMs })), staleCount: stale.length,
    chattering: chattering.slice(0, MOST_LISTED), chatteringCount: chattering.length,
    priorities: Object.fromEntries(ALARM_PRIORITIES.map((priority) => {
      const alarms = raised.filter((activation) => activation.priority === priority).length
      return [priority, { alarms, percent: percent(alarms, raised.length) }]
    })) as Scorecard['priorities'],
    shifts: scoreShifts(times, span, calendar), days: scoreDays(times, span, calendar),
    badActors: actors.toSorted((a, b) => b.length - a.length).slice(0, MOST_LISTED).map((own) => ({
      ...nameOf(own), alarms: own.length, percent: percent(own.length, raised.length), proposal: proposeDelay(own),
    })),
  }
}

function nameOf(activations: readonly Activation[]): Named {
  const { sensorId, rule } = activations[0] as Activation
  return { sensorId, rule }
}

/** Windows of 10 minutes from the begin of the span on; the last may be shorter. */
function countWindows(raised: readonly Activation[], { fromMs, toMs }: ScorecardSpan): number[] {
  const counts = Array.from({ length: Math.ceil((toMs - fromMs) / TEN_MINUTES_MS) }, () => 0)
  for (const { raisedMs } of raised) {
    const index = Math.floor((raisedMs - fromMs) / TEN_MINUTES_MS)
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts
}

/** Neighbouring windows in flood are one flood; the newest first. */
function joinFloods(perWindow: readonly number[], inFlood: readonly boolean[], { fromMs, toMs }: ScorecardSpan): Flood[] {
  const floods: Flood[] = []
  for (const [index, alarms] of perWindow.entries()) {
    if (inFlood[index] !== true) continue
    const begin = fromMs + index * TEN_MINUTES_MS
    const end = Math.min(begin + TEN_MINUTES_MS, toMs)
    const before = floods.at(-1)
    if (before?.toMs === begin) floods[floods.length - 1] = { fromMs: before.fromMs, toMs: end, alarms: before.alarms + alarms }
    else floods.push({ fromMs: begin, toMs: end, alarms })
  }
  return floods.toReversed().slice(0, MOST_LISTED)
}

/** Raised and cleared count, each; within any 60 s. */
function mostTransitionsPerMinute(activations: readonly Activation[]): number {
  const times = activations.flatMap(({ raisedMs, clearedMs }) => (clearedMs === null ? [raisedMs] : [raisedMs, clearedMs])).toSorted((a, b) => a - b)
  let most = 0
  let oldest = 0
  for (const [index, time] of times.entries()) {
    while (time - (times[oldest] as number) >= MINUTE_MS) oldest++
    most = Math.max(most, index - oldest + 1)
  }
  return most
}

function percent(part: number, all: number): number {
  return all === 0 ? 0 : part * 100 / all
}
