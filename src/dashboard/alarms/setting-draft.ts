import { LIMIT_RANGES } from '../../contract/alarm-limits.ts'
import type { AlarmSetting, AlarmSettingsAnswer, EffectiveAlarmSetting, NewSetting, WhatIf } from '../../contract/alarm-api.ts'
import { ALARM_PRIORITIES, ALARM_RULES } from '../../contract/alarm.ts'
import type { AlarmRule } from '../../contract/alarm.ts'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES } from '../../contract/sensor-types.ts'
import type { SensorType } from '../../contract/sensor-types.ts'
import { formatDuration } from '../kafka/format-duration.ts'
import { anomalyInWords } from '../words.ts'

/** The form as it is filled in: texts, empty where nothing is to be set. Times are in seconds. */
export interface Draft {
  /** A type, or empty: of one sensor. */
  readonly sensorType: string
  readonly sensor: string
  readonly rule: AlarmRule
  readonly enabled: '' | 'true' | 'false'
  readonly priority: string
  readonly limit: string
  readonly deadband: string
  readonly onDelayS: string
  readonly offDelayS: string
  readonly reAlarmS: string
  readonly latch: '' | 'true' | 'false'
}

/** That learns what is usual; which one runs is set where the consumers are started. */
export type Detector = NonNullable<WhatIf['detector']>

type Scope = Pick<Draft, 'sensorType' | 'sensor' | 'rule'>
const NOTHING_SET = { enabled: '', priority: '', limit: '', deadband: '', onDelayS: '', offDelayS: '', reAlarmS: '', latch: '' } as const

export function hasLimit(rule: AlarmRule): boolean {
  return LIMIT_RANGES[rule] !== null
}

/** Only where a value says by itself whether it is beyond a limit: the other rules compare a reading with others. */
export function hasDeadband(rule: AlarmRule): boolean {
  return rule.endsWith('threshold_violation')
}

/** What the limit of a rule counts; of a rule that isn't here it is a value. */
const LIMITS_IN_WORDS: Readonly<Partial<Record<AlarmRule, { readonly label: string, readonly unit?: string }>>> = {
  consecutive_high_alerts: { label: 'readings in a row', unit: 'readings in a row' },
  rapid_value_change: { label: 'step of more than' },
  baseline_deviation: { label: 'distance of more than' },
  learned_anomaly: { label: 'score, 0.1 to 0.99', unit: 'of 1' },
  machine_anomaly: { label: 'standard deviations, 0.5 to 3', unit: 'standard deviations' },
  stale_signal: { label: 'intervals without a reading', unit: 'intervals' },
}

/** `Limit, °C`; `Limit: step of more than, °C`; `Limit: readings in a row`. */
export function limitLabel(rule: AlarmRule, unit: string): string {
  const words = LIMITS_IN_WORDS[rule]
  const label = words === undefined ? 'Limit' : `Limit: ${words.label}`
  return unit === '' || words?.unit !== undefined ? label : `${label}, ${unit}`
}

/** What the address asks for: `sensor=…&rule=…&off_delay_ms=30000`, or `…&deadband=0.6`. */
export function draftOf(given: URLSearchParams): Draft {
  const rule = ALARM_RULES.find((name) => name === given.get('rule')) ?? ALARM_RULES[0]
  const sensor = given.get('sensor') ?? ''
  const sensorType = sensor === '' ? SENSOR_TYPE_NAMES.find((name) => name === given.get('type')) ?? SENSOR_TYPE_NAMES[0] ?? '' : ''
  return {
    ...NOTHING_SET, sensorType, sensor, rule, deadband: numberOf(given.get('deadband')),
    onDelayS: secondsOf(given.get('on_delay_ms')), offDelayS: secondsOf(given.get('off_delay_ms')),
  }
}

/** What is set there now, under what the draft asks for: an address that proposes a delay must not take the limit away. */
export function withSet(draft: Draft, answer: AlarmSettingsAnswer | undefined): Draft {
  const set = settingOf(draft, answer)
  if (set === undefined) return draft
  const before: Omit<Draft, keyof Scope> = {
    enabled: choiceOf(set.enabled), priority: set.priority ?? '', limit: numberOf(set.limit), deadband: numberOf(set.deadband),
    onDelayS: secondsOf(set.on_delay_ms), offDelayS: secondsOf(set.off_delay_ms), reAlarmS: secondsOf(set.re_alarm_ms), latch: choiceOf(set.latch),
  }
  const asked = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== ''))
  return { ...draft, ...before, ...asked }
}

/** The newest that was set of exactly this type or sensor, and rule. */
export function settingOf({ sensorType, sensor, rule }: Scope, answer: AlarmSettingsAnswer | undefined): AlarmSetting | undefined {
  return answer?.set.find((each) => each.rule === rule && (sensorType === '' ? each.sensor_id === sensor : each.sensor_type === sensorType))
}

/** For another type, sensor or rule nothing of the old one is kept. */
export function scopeOnly({ sensorType, sensor, rule }: Scope): Draft {
  return { ...NOTHING_SET, sensorType, sensor, rule }
}

type Values = Pick<NewSetting, 'enabled' | 'priority' | 'limit' | 'deadband' | 'on_delay_ms' | 'off_delay_ms' | 're_alarm_ms' | 'latch'>

function valuesOf({ rule, enabled, priority, limit, deadband, onDelayS, offDelayS, reAlarmS, latch }: Draft): Values {
  const chosen = ALARM_PRIORITIES.find((name) => name === priority)
  return {
    ...enabled !== '' && { enabled: enabled === 'true' }, ...chosen !== undefined && { priority: chosen },
    ...hasLimit(rule) && limit !== '' && { limit: Number(limit) }, ...hasDeadband(rule) && deadband !== '' && { deadband: Number(deadband) },
    ...onDelayS !== '' && { on_delay_ms: toMs(onDelayS) }, ...offDelayS !== '' && { off_delay_ms: toMs(offDelayS) },
    ...reAlarmS !== '' && { re_alarm_ms: toMs(reAlarmS) }, ...latch !== '' && { latch: latch === 'true' },
  }
}

/** What PUT /api/alarm-settings takes. */
export function settingBody(draft: Draft, reason: string): NewSetting {
  return { ...scopeOf(draft), rule: draft.rule, ...valuesOf(draft), reason }
}

export function scopeOf({ sensorType, sensor }: Pick<Draft, 'sensorType' | 'sensor'>): { sensor_type: SensorType } | { sensor_id: string } {
  const type = SENSOR_TYPE_NAMES.find((name) => name === sensorType)
  return type === undefined ? { sensor_id: sensor.trim() } : { sensor_type: type }
}

/** What POST /api/what-if takes: the readings of the hours before `toMs`, with the values of the form. `detector` empty: the one in use. */
export function whatIfBody(draft: Draft, hours: number, toMs: number, detector: Detector | '' = ''): WhatIf {
  const scope = scopeOf(draft)
  return {
    ...'sensor_id' in scope ? { sensors: [scope.sensor_id] } : scope,
    from: new Date(toMs - hours * 3_600_000).toISOString(), to: new Date(toMs).toISOString(), settings: [{ rule: draft.rule, ...valuesOf(draft) }],
    ...draft.rule === 'learned_anomaly' && detector !== '' && { detector },
  }
}

/** `limit 42 °C, off-delay 30 seconds`; `nothing` when all of it is as it would be anyway. */
export function settingInWords(set: AlarmSetting | EffectiveAlarmSetting, unit: string): string {
  const parts = [
    set.enabled === null ? null : set.enabled ? 'on' : 'off', set.priority === null ? null : `${set.priority} priority`,
    set.limit === null ? null : `limit ${set.limit} ${LIMITS_IN_WORDS[set.rule]?.unit ?? unit}`.trim(),
    set.deadband === null || !hasDeadband(set.rule) ? null : `deadband ${round(set.deadband)} ${unit}`.trim(),
    set.on_delay_ms === null ? null : `on-delay ${formatDuration(set.on_delay_ms)}`,
    set.off_delay_ms === null ? null : `off-delay ${formatDuration(set.off_delay_ms)}`,
    set.re_alarm_ms === null ? null : `raised again after ${formatDuration(set.re_alarm_ms)}`,
    set.latch === null ? null : set.latch ? 'stays until it is reset' : 'goes by itself',
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

/** `Critical limit reached, all temperature sensors` */
export function scopeInWords({ sensor_type: type, sensor_id: sensor, rule }: Pick<AlarmSetting, 'sensor_type' | 'sensor_id' | 'rule'>): string {
  return `${anomalyInWords(rule)}, ${sensor ?? `all ${type} sensors`}`
}

export function unitOf(type: string | null): string {
  const known = SENSOR_TYPE_NAMES.find((name) => name === type)
  return known === undefined ? '' : SENSOR_TYPES[known].unit
}

function numberOf(given: number | string | null): string {
  return given === null || given === '' || !Number.isFinite(Number(given)) ? '' : String(given)
}

const choiceOf = (value: boolean | null): Draft['latch'] => (value === null ? '' : value ? 'true' : 'false')
const toMs = (seconds: string): number => Math.round(Number(seconds) * 1_000)
const round = (value: number): number => Math.round(value * 1_000) / 1_000

function secondsOf(ms: number | string | null): string {
  const known = numberOf(ms)
  return known === '' ? '' : String(Number(known) / 1_000)
}
