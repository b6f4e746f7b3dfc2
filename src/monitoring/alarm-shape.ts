import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import type { DeadbandProposal } from '../alarm/propose-deadband.ts'
import { TARGETS } from '../alarm/scorecard.ts'
import type { BadActor, Scorecard, ScorecardSpan } from '../alarm/scorecard.ts'
import { settingsTable } from '../alarm/settings-table.ts'
import type {
  Alarm, AlarmEventShown, AlarmScorecard, AlarmSetting, AlarmSettingsAnswer, EffectiveAlarmSetting, OpenAlarms,
} from '../contract/alarm-api.ts'
import { ALARM_PRIORITIES, ALARM_RULES, HIDDEN_STATES, WAITING_STATES } from '../contract/alarm.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import { SENSOR_TYPE_NAMES } from '../contract/sensor-types.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import type { AlarmSettingRow } from '../postgres/alarm-settings.ts'
import type { SuppressionRow } from '../postgres/machine-suppression.ts'
import type { AlarmEventListed, LargeGroup, LearningCount, ListedAlarm, OpenCount } from '../postgres/read-alarms.ts'

// From rows to the shapes of the API: pure.

function timeText(timeMs: number): string
function timeText(timeMs: number | null): string | null
function timeText(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString()
}

export function buildAlarm(row: ListedAlarm): Alarm {
  return {
    episode_id: row.episodeId, sensor_id: row.sensorId, sensor_name: row.sensorName, sensor_type: row.sensorType, machine_id: row.machineId,
    location: JSON.parse(row.location) as Alarm['location'], rule: row.rule, priority: row.priority, state: row.state, severity: row.severity,
    condition_active: row.conditionActive, latched: row.latched, raised_at: timeText(row.raisedMs), escalated_at: timeText(row.escalatedMs),
    cleared_at: timeText(row.clearedMs), acknowledged_at: timeText(row.acknowledgedMs), acknowledged_by: row.acknowledgedBy,
    ended_at: timeText(row.endedMs), duration_ms: row.clearedMs === null ? null : Math.max(0, Math.round(row.clearedMs - row.raisedMs)),
    first_value: row.firstValue, last_value: row.lastValue, peak_value: row.peakValue, peak_at: timeText(row.peakMs), unit: row.unit,
    readings: row.readings, description: row.description, group_id: row.groupId, detected_by: row.detectedBy, changed_at: timeText(row.changedMs),
    shelved_until: timeText(row.shelvedUntilMs), shelved_by: row.shelvedBy, shelved_reason: row.shelvedReason,
  }
}

export function buildEvents(rows: readonly AlarmEventListed[]): AlarmEventShown[] {
  return rows.map((row) => ({
    event_id: row.eventId, transition: row.transition, state: row.state, announced: row.announced, occurred_at: row.occurredAt.toISOString(),
    recorded_at: row.recordedAt.toISOString(), actor: row.actor, reason: row.reason, value: row.value, detail: row.detail,
  }))
}

export function buildOpenAlarms(
  rows: readonly ListedAlarm[], counts: readonly OpenCount[], groups: readonly LargeGroup[], suppressed: readonly SuppressionRow[],
  learning: LearningCount,
): OpenAlarms {
  const sum = (fits: (count: OpenCount) => boolean): number => counts.filter(fits).reduce((total, { count }) => total + count, 0)
  const isHidden = ({ state }: OpenCount): boolean => HIDDEN_STATES.includes(state)
  const [high, medium, low] = ALARM_PRIORITIES.map((priority) => sum((count) => count.priority === priority && !isHidden(count)))
  return {
    alarms: rows.map(buildAlarm),
    counts: {
      open: sum(() => true), unacknowledged: sum(({ state }) => WAITING_STATES.includes(state)),
      high: high ?? 0, medium: medium ?? 0, low: low ?? 0, shelved: sum(({ state }) => state === 'shelved'),
      suppressed: sum(({ state }) => state === 'suppressed'), out_of_service: sum(({ state }) => state === 'out_of_service'),
    },
    large_groups: groups.map(({ groupId, ...group }) => ({ group_id: groupId, ...group })),
    suppressed_machines: suppressed.filter(({ ended }) => !ended).map((row) => ({
      machine_id: row.machineId, source: row.source, name: row.name, suppressed_by: row.suppressedBy, reason: row.reason,
      suppressed_at: timeText(row.suppressedMs), until: timeText(row.untilMs),
    })),
    learning: { sensors: learning.sensors, unfinished: learning.unfinished, percent: Math.floor(100 * learning.learned) },
  }
}

export function buildSetting({ override, ...row }: AlarmSettingRow): AlarmSetting {
  return {
    setting_id: row.settingId, sensor_type: row.sensorType, sensor_id: row.sensorId, rule: row.rule,
    enabled: override.enabled ?? null, priority: override.priority ?? null, limit: override.limit ?? null, deadband: override.deadband ?? null,
    on_delay_ms: override.onDelayMs ?? null, off_delay_ms: override.offDelayMs ?? null, re_alarm_ms: override.reAlarmMs ?? null,
    latch: override.latch ?? null, changed_by: row.changedBy, reason: row.reason, changed_at: row.changedAt.toISOString(),
    undo: row.restores !== null,
  }
}

/** `alarmScore` is the limit of `learned_anomaly` where none is set. */
export function buildSettings(rows: readonly AlarmSettingRow[], alarmScore: number): AlarmSettingsAnswer {
  const of = settingsTable(rows)
  const settingsOf = (type: SensorType, rule: AlarmRule): AlarmSettings => {
    const settings = of(type, null, rule)
    return rule === 'learned_anomaly' ? { ...settings, limit: settings.limit ?? alarmScore } : settings
  }
  return {
    types: SENSOR_TYPE_NAMES.flatMap((type) => ALARM_RULES.map((rule) => effective(type, rule, settingsOf(type, rule)))),
    set: rows.map(buildSetting),
  }
}

function effective(type: SensorType, rule: AlarmRule, settings: AlarmSettings): EffectiveAlarmSetting {
  const { enabled, priority, limit, deadband, onDelayMs, offDelayMs, reAlarmMs, latch } = settings
  return {
    sensor_type: type, rule, enabled, priority, limit, deadband, on_delay_ms: onDelayMs, off_delay_ms: offDelayMs, re_alarm_ms: reAlarmMs, latch,
  }
}

const HOUR_MS = 3_600_000
const SETTING_NAMES = { onDelayMs: 'on_delay_ms', offDelayMs: 'off_delay_ms' } as const

/** `names`: of sensors that have one. */
export function buildScorecard(
  card: Scorecard, { fromMs, toMs, operators }: ScorecardSpan, deadbands: ReadonlyMap<BadActor, DeadbandProposal & { readonly unit: string }>,
  names: ReadonlyMap<string, string>, timeZone: string,
): AlarmScorecard {
  const named = (sensorId: string) => ({ sensor_id: sensorId, sensor_name: names.get(sensorId) ?? null })
  const share = (priority: keyof Scorecard['priorities']) => (
    { ...card.priorities[priority], target_percent: TARGETS.prioritiesPercent[priority] })
  return {
    from: timeText(fromMs), to: timeText(toMs), operators, alarms: card.alarms, per_day: card.perDay, target_per_day: TARGETS.manageablePerDay,
    per_10_minutes: card.per10Min, flood_percent: card.floodPercent, target_flood_percent: TARGETS.floodPercent,
    floods: card.floods.map((flood) => ({ from: timeText(flood.fromMs), to: timeText(flood.toMs), alarms: flood.alarms })),
    standing: card.standing, stale_count: card.staleCount,
    stale: card.stale.map(({ sensorId, rule, raisedMs }) => ({ ...named(sensorId), rule, raised_at: timeText(raisedMs) })),
    chattering_count: card.chatteringCount,
    chattering: card.chattering.map(({ sensorId, rule, mostPerMinute }) => ({ ...named(sensorId), rule, most_per_minute: mostPerMinute })),
    priorities: { high: share('high'), medium: share('medium'), low: share('low') },
    time_zone: timeZone, days: [...card.days],
    shifts: card.shifts.map(({ name, alarms, lastedMs, per10Min }) => ({ name, alarms, hours: lastedMs / HOUR_MS, per_10_minutes: per10Min })),
    bad_actors: card.badActors.map((actor) => ({
      ...named(actor.sensorId), rule: actor.rule, alarms: actor.alarms, percent: actor.percent,
      ...proposalsOf(actor, deadbands.get(actor)),
    })),
  }
}

function proposalsOf(
  { proposal }: BadActor, deadband: DeadbandProposal & { readonly unit: string } | undefined,
): Pick<AlarmScorecard['bad_actors'][number], 'proposal' | 'deadband_proposal'> {
  return {
    proposal: proposal === null ? null
      : { setting: SETTING_NAMES[proposal.setting], delay_ms: proposal.delayMs, alarms_after: proposal.alarmsAfter },
    deadband_proposal: deadband === undefined ? null
      : { deadband: deadband.deadband, unit: deadband.unit, alarms_before: deadband.alarmsBefore, alarms_after: deadband.alarmsAfter },
  }
}
