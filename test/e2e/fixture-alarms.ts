import type { Alarm, AlarmDetail, AlarmScorecard, AlarmSettingsAnswer, OpenAlarms } from '../../src/contract/alarm-api.ts'
import type { CalendarAnswer } from '../../src/contract/calendar-api.ts'

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** The alarm of this number, raised so many seconds ago; nobody has acknowledged it. */
export function alarm(now: number, number: number, agoS: number, change: Partial<Alarm> = {}): Alarm {
  const raisedAt = iso(now - agoS * 1_000)
  return {
    episode_id: idOf(number), sensor_id: 'temp-sensor-001', sensor_name: null, sensor_type: 'temperature', machine_id: 'furnace-01',
    location: { factory_section: 'production', machine_id: 'furnace-01', zone: 'a' }, rule: 'critical_threshold_violation', priority: 'high',
    state: 'unacknowledged', severity: 'high', condition_active: true, latched: false, raised_at: raisedAt, escalated_at: null, cleared_at: null,
    acknowledged_at: null, acknowledged_by: null, ended_at: null, duration_ms: null, first_value: 40.2, last_value: 41.1, peak_value: 41.37,
    peak_at: raisedAt, unit: '°C', readings: 7, description: 'temperature 41.37 °C is at or above the critical limit of 40 °C', group_id: idOf(number),
    detected_by: 'consumer-001', changed_at: raisedAt, shelved_until: null, shelved_by: null, shelved_reason: null, ...change,
  }
}

/** The section with these alarms, counted as the service counts. */
export function openAlarms(alarms: Alarm[], change: Partial<OpenAlarms> = {}): OpenAlarms {
  const count = (fits: (each: Alarm) => boolean): number => alarms.filter(fits).length
  const seen = ({ state }: Alarm): boolean => !['shelved', 'suppressed', 'out_of_service'].includes(state)
  return {
    alarms,
    counts: {
      open: alarms.length, unacknowledged: count(({ state }) => state === 'unacknowledged' || state === 'returned_unacknowledged'),
      high: count((each) => seen(each) && each.priority === 'high'), medium: count((each) => seen(each) && each.priority === 'medium'),
      low: count((each) => seen(each) && each.priority === 'low'), shelved: count(({ state }) => state === 'shelved'),
      suppressed: count(({ state }) => state === 'suppressed'), out_of_service: count(({ state }) => state === 'out_of_service'),
    },
    large_groups: [], suppressed_machines: [], learning: { sensors: 3, unfinished: 0, percent: 100 }, ...change,
  }
}

/** Alarms in every state: a group of three, one that returned, one that was seen, and three that are hidden. */
export function manyStates(now: number): OpenAlarms {
  const press = { machine_id: 'press-12', group_id: idOf(1) }
  return openAlarms([
    alarm(now, 4, 40, { sensor_id: 'vib-sensor-012', rule: 'learned_anomaly', priority: 'low', ...press, unit: 'mm/s', peak_value: 4.2,
      description: '4.2 mm/s is far from what this sensor does at this time of day' }),
    alarm(now, 2, 70, { sensor_id: 'temp-sensor-012', rule: 'rapid_value_change', priority: 'medium', ...press,
      description: 'changed by 12.3 °C from one reading to the next, more than 10 °C' }),
    alarm(now, 1, 75, { sensor_id: 'press-sensor-012', ...press, unit: 'hPa', peak_value: 1_047.25,
      description: 'pressure 1,047.25 hPa is at or above the critical limit of 1,045 hPa' }),
    alarm(now, 5, 1_900, { sensor_id: 'energy-sensor-003', machine_id: 'mill-02', state: 'returned_unacknowledged', condition_active: false, priority: 'medium',
      rule: 'consecutive_high_alerts', cleared_at: iso(now - 1_700_000), duration_ms: 200_000, unit: 'kW', peak_value: 183,
      description: '3 readings in a row at or above the warning limit of 150 kW' }),
    alarm(now, 6, 7_200, { sensor_id: 'hum-sensor-007', machine_id: 'dryer-03', state: 'acknowledged', acknowledged_by: 'olga',
      acknowledged_at: iso(now - 7_000_000), unit: '%', peak_value: 66.1, description: 'humidity 66.1 % is at or above the critical limit of 65 %' }),
    alarm(now, 7, 9_000, { sensor_id: 'temp-sensor-044', machine_id: 'furnace-04', state: 'acknowledged', latched: true, condition_active: false,
      acknowledged_by: 'olga', acknowledged_at: iso(now - 8_000_000), cleared_at: iso(now - 8_500_000), duration_ms: 500_000, priority: 'medium' }),
    alarm(now, 8, 600, { sensor_id: 'vib-sensor-002', machine_id: 'mill-02', state: 'shelved', shelved_by: 'otto', shelved_until: iso(now + 1_800_000),
      shelved_reason: 'bearing is ordered, comes on Monday', priority: 'low', rule: 'baseline_deviation' }),
    alarm(now, 9, 800, { sensor_id: 'temp-sensor-090', machine_id: 'furnace-09', state: 'suppressed', priority: 'medium' }),
    alarm(now, 10, 900, { sensor_id: 'temp-sensor-091', machine_id: 'furnace-10', state: 'out_of_service', rule: 'stale_signal', priority: 'low',
      description: 'no reading for 3 min; usually one every 3 s' }),
  ], { suppressed_machines: [{
      machine_id: 'furnace-09', source: 'operator', name: '', suppressed_by: 'olga', reason: 'new lining', suppressed_at: iso(now - 86_400_000), until: null,
    }],
    learning: { sensors: 12, unfinished: 2, percent: 61 } })
}

/** What GET /api/alarms/{id} answers. */
export function alarmDetail(shown: Alarm): AlarmDetail {
  const event = { announced: true, recorded_at: shown.raised_at, actor: null, reason: null, detail: null, value: null }
  return {
    ...shown,
    events: [
      { ...event, event_id: 1, transition: 'raised', state: 'unacknowledged', occurred_at: shown.raised_at, value: 40.2, detail: shown.description },
      { ...event, event_id: 2, transition: 'escalated', state: 'unacknowledged', occurred_at: shown.peak_at, value: shown.peak_value },
      { ...event, event_id: 3, transition: 'acknowledged', state: 'acknowledged', occurred_at: shown.changed_at, actor: 'olga', reason: 'on my way' },
      ...shown.state !== 'out_of_service' ? [] : [{
        ...event, event_id: 4, transition: 'taken_out_of_service' as const, state: shown.state, occurred_at: shown.changed_at, actor: 'otto', reason: 'cable cut',
      }],
    ],
  }
}

/** A day in which one sensor raised most. */
export function scorecard(now: number): AlarmScorecard {
  return {
    from: iso(now - 86_400_000), to: iso(now), operators: 1, alarms: 412, per_day: 412, target_per_day: 150, per_10_minutes: { mean: 2.86, most: 24 },
    flood_percent: 2.1, target_flood_percent: 1, floods: [{ from: iso(now - 7_200_000), to: iso(now - 6_000_000), alarms: 37 }],
    standing: 9, stale_count: 1, stale: [{ sensor_id: 'hum-sensor-007', sensor_name: null, rule: 'critical_threshold_violation', raised_at: iso(now - 200_000_000) }],
    chattering_count: 1, chattering: [{ sensor_id: 'vib-sensor-002', sensor_name: null, rule: 'rapid_value_change', most_per_minute: 7 }],
    priorities: {
      high: { alarms: 110, percent: 26.7, target_percent: 5 }, medium: { alarms: 60, percent: 14.6, target_percent: 15 },
      low: { alarms: 242, percent: 58.7, target_percent: 80 },
    },
    time_zone: 'Europe/Berlin',
    shifts: [
      { name: 'early', alarms: 201, hours: 8, per_10_minutes: 4.19 }, { name: 'late', alarms: 180, hours: 8, per_10_minutes: 3.75 },
      { name: null, alarms: 31, hours: 8, per_10_minutes: 0.65 },
    ],
    days: [{ day: iso(now - 86_400_000).slice(0, 10), alarms: 150 }, { day: iso(now).slice(0, 10), alarms: 262 }],
    bad_actors: [
      {
        sensor_id: 'vib-sensor-002', sensor_name: null, rule: 'rapid_value_change', alarms: 188, percent: 45.6, deadband_proposal: null,
        proposal: { setting: 'off_delay_ms', delay_ms: 30_000, alarms_after: 12 },
      },
      {
        sensor_id: 'hum-sensor-007', sensor_name: null, rule: 'critical_threshold_violation', alarms: 97, percent: 23.5,
        proposal: { setting: 'off_delay_ms', delay_ms: 60_000, alarms_after: 30 },
        deadband_proposal: { deadband: 0.75, unit: '%', alarms_before: 80, alarms_after: 4 },
      },
      { sensor_id: `extremely-long-name-of-the-western-hall-${'x'.repeat(200)}`, sensor_name: null, rule: 'baseline_deviation', alarms: 3, percent: 0.7,
        proposal: null, deadband_proposal: null },
    ],
  }
}

/** A plant that works, with one maintenance that runs and one that comes. */
export function calendar(now: number): CalendarAnswer {
  const hours = (count: number): string => iso(Math.floor(now / 3_600_000) * 3_600_000 + count * 3_600_000)
  return {
    time_zone: 'Europe/Berlin', utc_offset_min: 60, shift: { name: 'late', from: hours(-2), to: hours(6) }, next_shift: { name: 'night', from: hours(6), to: hours(14) },
    holidays: ['2026-12-25'],
    maintenance: [
      { name: 'weekly clean', machines: ['furnace-11', 'furnace-12'], from: hours(-1), to: hours(1), running: true },
      { name: 'overhaul of the presses', machines: ['press-*'], from: hours(30), to: hours(80), running: false },
    ],
    suppression_groups: [
      { name: 'no power', machine: 'generator-001', sensor: null, rule: 'critical_threshold_violation', machines: ['mill-02', 'x'.repeat(200)] },
      { name: 'cooling', machine: 'pump-*', sensor: 'flow-1', rule: null, machines: ['reactor-1'] },
    ],
  }
}

/** A machine in maintenance by the calendar and by an operator, and one whose alarms follow from another one. */
export function suppressedMachines(now: number): OpenAlarms['suppressed_machines'] {
  const by = { suppressed_by: 'calendar', suppressed_at: iso(now - 1_800_000) }
  return [
    { ...by, machine_id: 'furnace-09', source: 'calendar', name: 'weekly clean', reason: 'weekly clean', until: iso(now + 5_400_000) },
    { machine_id: 'furnace-09', source: 'operator', name: '', suppressed_by: 'olga', reason: 'new lining', suppressed_at: iso(now - 86_400_000), until: null },
    { ...by, machine_id: 'mill-02', source: 'group', name: 'no power', until: null, reason: 'no power: critical threshold violation at energy-sensor-003 of generator-001' },
  ]
}

/** The defaults of two rules, and one of each kind that was set. */
export function alarmSettings(now: number): AlarmSettingsAnswer {
  const held = { enabled: true, priority: null, limit: null, deadband: 0.3, on_delay_ms: 0, off_delay_ms: 60_000, re_alarm_ms: null, latch: false }
  const notSet = { enabled: null, priority: null, limit: null, deadband: null, on_delay_ms: null, off_delay_ms: null, re_alarm_ms: null, latch: null }
  return {
    types: [
      { sensor_type: 'temperature', rule: 'critical_threshold_violation', ...held, limit: 42, off_delay_ms: 90_000 },
      { sensor_type: 'temperature', rule: 'rapid_value_change', ...held, deadband: 0, limit: 10 },
      { sensor_type: 'temperature', rule: 'consecutive_high_alerts', ...held, deadband: 0, limit: 3 },
      { sensor_type: 'temperature', rule: 'learned_anomaly', ...held, deadband: 0, limit: 0.7, off_delay_ms: 300_000 },
      { sensor_type: 'temperature', rule: 'stale_signal', ...held, deadband: 0, limit: 3, off_delay_ms: 0 },
    ],
    set: [
      {
        ...notSet, setting_id: 2, sensor_type: 'temperature', sensor_id: null, rule: 'critical_threshold_violation', limit: 42, off_delay_ms: 90_000,
        changed_by: 'olga', reason: 'the hall is warm in summer', changed_at: iso(now - 3_600_000), undo: false,
      },
      {
        ...notSet, setting_id: 1, sensor_type: null, sensor_id: 'vib-sensor-002', rule: 'rapid_value_change', enabled: false, changed_by: 'otto',
        reason: 'loose cable', changed_at: iso(now - 90_000_000), undo: true,
      },
    ],
  }
}
