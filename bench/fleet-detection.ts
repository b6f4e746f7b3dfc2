import { groupOf, groupedBy } from '../src/alarm/grouping.ts'
import type { AlarmGroup } from '../src/alarm/grouping.ts'
import { STALE_INTERVALS, resolveSettings } from '../src/alarm/alarm-rules.ts'
import { variables } from '../src/consumer/config.ts'
import { sensorAlarms } from '../src/consumer/alarm-settings.ts'
import type { SensorAlarms } from '../src/consumer/alarm-settings.ts'
import { judgeReading } from '../src/consumer/scoring.ts'
import { createSensorMemory } from '../src/consumer/sensor-memory.ts'
import { ALARM_RULES } from '../src/contract/alarm.ts'
import type { AlarmRule } from '../src/contract/alarm.ts'
import { ALERT_LEVELS, SENSOR_TYPES, alertLevelOf } from '../src/contract/sensor-types.ts'
import type { AlertLevel, SensorType } from '../src/contract/sensor-types.ts'
import { machineDeviation } from '../src/detect/learned/outlook.ts'
import { createDetector } from '../src/detect/learned/state.ts'
import { applyRules, emptyMemory, remember } from '../src/detect/rules.ts'
import { createFleetSensors } from '../src/fleet/fleet-sensors.ts'
import type { FleetSensor } from '../src/fleet/fleet-sensors.ts'
import { readConfig } from '../src/fleet/config.ts'
import type { Episode } from '../src/sensor/faults/episodes.ts'
import { FAULT_NAMES } from '../src/sensor/faults/fault-kinds.ts'
import { LOOK_MS, findOfMachine } from './fleet-machines.ts'
import { median, progress, quantile, table, whole, writeResults } from './report.ts'

export interface FleetDetectionOptions {
  readonly sensors: number
  readonly days: number
}

const DAY_MS = 86_400_000
const BEGIN_MS = Date.UTC(2026, 0, 5)
/** What is found so soon after a fault's end is still of it: delays, and what was learned of it. */
const GRACE_MS = 1_800_000
const STALE_LEAST_MS = 10_000

interface Raised {
  readonly rule: AlarmRule
  readonly timeMs: number
}

interface Fault {
  readonly episode: Episode
  /** The first reading at or above the critical limit; null: there was none. */
  criticalMs: number | null
}

interface SensorRun {
  readonly raised: readonly Raised[]
  readonly faults: readonly Fault[]
  readonly readings: number
  /** Readings at or above the warning limit; at or above the critical one. */
  readonly over: number
  readonly critical: number
  /** Readings that fired a rule: each was an alert of its own before alarms were episodes. */
  readonly fired: number
  readonly messages: number
  /** As a channel of its machine, at each look. */
  readonly deviations: Float32Array
}

/**
 * The sensors of a simulated plant, with its faults, through the very judgement of the consumers, without Kafka and PostgreSQL between: what is
 * found of the faults that were put in, how long before the critical limit, and what is found where there is none.
 */
export function benchFleetDetection({ sensors: count, days }: FleetDetectionOptions): void {
  const config = readConfig([`--sensors=${count}`], {})
  const sensors = createFleetSensors(config, 'bench', 3).flatMap((group) => group.sensors)
  const settings = new Map<SensorType, SensorAlarms>()
  const runs = new Map<FleetSensor, SensorRun>()
  for (const [index, sensor] of sensors.entries()) {
    if (index % 20 === 0) progress(`sensor ${index} of ${sensors.length}`)
    const { type } = sensor.of
    let alarms = settings.get(type)
    if (alarms === undefined) settings.set(type, alarms = alarmsOf(type))
    runs.set(sensor, runSensor(sensor, alarms, config.thresholds[type], BEGIN_MS, BEGIN_MS + days * DAY_MS))
  }
  report(count, days, runs)
}

function alarmsOf(type: SensorType): SensorAlarms {
  return sensorAlarms(ALARM_RULES.map((rule) => resolveSettings(type, rule)), variables.DETECTOR_ALARM_SCORE.defaultValue as number)
}

function runSensor(
  { signal, of }: FleetSensor, alarms: SensorAlarms, thresholds: { warning: number, critical: number }, fromMs: number, toMs: number,
): SensorRun {
  const detector = createDetector('full')
  const memory = createSensorMemory(detector)
  const deviations = new Float32Array(Math.floor((toMs - fromMs) / LOOK_MS))
  let look = 0
  const lookUntil = (timeMs: number): void => {
    for (const now = machineDeviation(detector) ?? Number.NaN; look < deviations.length && fromMs + look * LOOK_MS <= timeMs; look++) {
      deviations[look] = now
    }
  }
  const rules = emptyMemory()
  const raised: Raised[] = []
  const faults: Fault[] = []
  let open: Fault[] = []
  let active: readonly Episode[] = []
  let [readings, over, critical, fired, messages, lastMs] = [0, 0, 0, 0, 0, fromMs]
  const end = signal.indexFrom(toMs)
  for (let index = signal.indexFrom(fromMs); index < end; index++) {
    const sample = signal.read(index)
    const timeMs = signal.timeOf(index)
    if (signal.active !== active) {
      active = signal.active
      open = active.map((episode) => faults.find(({ episode: known }) => known.kind === episode.kind && known.window === episode.window)
        ?? { episode, criticalMs: null })
      for (const fault of open) if (!faults.includes(fault)) faults.push(fault)
    }
    lookUntil(timeMs)
    if (sample === null) continue
    const { value, quality } = sample
    const level = ALERT_LEVELS.indexOf(alertLevelOf(value, thresholds))
    readings++
    if (level > 0) over++
    if (level > 1) critical++
    if (level > 1) for (const fault of open) fault.criticalMs ??= timeMs
    const silentMs = Math.max(STALE_INTERVALS * of.intervalMs, STALE_LEAST_MS)
    if (timeMs - lastMs > silentMs) raised.push({ rule: 'stale_signal', timeMs: lastMs + silentMs })
    lastMs = timeMs
    judgeReading(memory, {
      timeUs: timeMs * 1_000, offset: index, value, level, quality, thresholds, utcOffsetMin: 0, inMaintenance: false,
    }, alarms, (transition, rule) => {
      if (transition !== 'updated') messages++
      if (transition === 'raised') raised.push({ rule, timeMs })
    })
    if (applyRules(rules, value, ALERT_LEVELS[level] as AlertLevel, SENSOR_TYPES[of.type].rules) !== 0) fired++
    remember(rules, value)
  }
  lookUntil(toMs)
  return { raised, faults, readings, over, critical, fired, messages, deviations }
}

function report(count: number, days: number, runs: ReadonlyMap<FleetSensor, SensorRun>): void {
  const all = [...runs.values()]
  const found = FAULT_NAMES.flatMap((kind) => {
    const faults = all.flatMap((run) => run.faults.filter(({ episode }) => episode.kind === kind && isWhole(episode, days)).map((fault) => ({ run, fault })))
    if (faults.length === 0) return []
    const by = (rules: (rule: AlarmRule) => boolean) => faults.map(({ run, fault }) => firstOf(run, fault.episode, rules))
    const learned = by((rule) => rule === 'learned_anomaly' || rule === 'stale_signal')
    const any = by(() => true)
    const crossed = faults.flatMap(({ fault: { criticalMs } }, index) => (criticalMs === null ? [] : [{ criticalMs, foundMs: learned[index] ?? null }]))
    const before = crossed.flatMap(({ criticalMs, foundMs }) => (foundMs !== null && foundMs < criticalMs ? [(criticalMs - foundMs) / 60_000] : []))
    return [[
      kind, faults.length, share(learned), share(any), crossed.length, before.length === 0 ? '-' : `${before.length}`,
      before.length === 0 ? '-' : minutes(median(before)),
    ]]
  })
  const weeks = all.length * days / 7
  const falseOf = (rule: AlarmRule): number => all.reduce((sum, run) => sum + run.raised.filter((each) => each.rule === rule && isFalse(run, each)).length, 0)
  const alarms = all.reduce((sum, { raised }) => sum + raised.length, 0)
  const groups = countGroups(runs)
  const sum = (of: (run: SensorRun) => number): number => all.reduce((total, run) => total + of(run), 0)
  const perSensor = all.map((run) => run.raised.filter((each) => each.rule === 'learned_anomaly' && isFalse(run, each)).length / (days / 7))
  const machines = [...Map.groupBy(runs, ([{ of }]) => of.location.machine_id).values()].map((sensors) => (
    findOfMachine(sensors.map(([, { deviations, faults }]) => ({ deviations, episodes: faults.map(({ episode }) => episode) })), BEGIN_MS, GRACE_MS,
      (episode) => isWhole(episode, days))))
  const wrongOfMachines = machines.reduce((total, { wrong }) => total + wrong, 0)
  writeResults('fleet-detection', 'Faults of a simulated plant', [
    `${count} sensors of fleet.yaml, 1 % of the time in fault, ${days} days from ${new Date(BEGIN_MS).toISOString().slice(0, 10)} on: `
      + `${whole(sum(({ readings }) => readings))} readings, judged by the code of the consumers with its default settings.`,
    '## What was found of the faults',
    table(['fault', 'sensors with it', 'found by what is learned, or by silence', 'by any rule', 'became critical', 'of those found before',
      'earlier by, median'], found),
    'A fault is found when an alarm is raised between its beginning and its end. Each sensor of a faulty machine counts, also those that feel little of it.',
    '## What was found of machines',
    table(['fault of a machine', 'machines with it', 'found by its sensors together'],
      [...Map.groupBy(machines.flatMap(({ faults }) => faults), ({ kind }) => kind)]
        .map(([kind, faults]) => [kind, whole(faults.length), share(faults.map(({ found: isFound }) => (isFound ? 0 : null)))])),
    `Of ${machines.length} machines, looked at every ${LOOK_MS / 1000} s (\`machine_anomaly\`). It was raised `
      + `${machines.reduce((total, { raised }) => total + raised, 0)} times, of these ${wrongOfMachines} where there is no fault: `
      + `${(wrongOfMachines / machines.length / (days / 7)).toFixed(2)} a machine and week.`,
    '## What was found where there is no fault',
    table(['rule', 'alarms', 'a sensor and week'], ALARM_RULES.map((rule) => [rule, whole(falseOf(rule)), (falseOf(rule) / weeks).toFixed(2)] as const)
      .filter(([, alarmCount]) => alarmCount !== '0')),
    `An alarm within ${GRACE_MS / 60_000} minutes after a fault's end is taken for the fault's. The learned detector: median ${median(perSensor).toFixed(2)}, `
      + `95 of 100 sensors at most ${quantile(perSensor, 0.95).toFixed(2)} a week.`,
    '## What an operator sees of it',
    table(['', 'in all', 'a sensor and day'], ([
      ['readings at or above the warning limit', sum(({ over }) => over)], ['readings at or above the critical limit', sum(({ critical }) => critical)],
      ['readings that fire a rule (each was an alert before)', sum(({ fired }) => fired)], ['messages of alarms', sum(({ messages }) => messages)],
      ['times that an alarm was raised', alarms], ['the same, grouped by machine and minute, silence by 5 minutes', groups],
    ] as const).map(([name, total]) => [name, whole(total), (total / all.length / days).toFixed(3)])),
  ])
}

function isWhole({ startMs, endMs }: Episode, days: number): boolean {
  // A day to learn.
  return startMs >= BEGIN_MS + DAY_MS && endMs <= BEGIN_MS + days * DAY_MS
}

/** When the first alarm of these rules was raised within the fault; null: none. */
function firstOf({ raised }: SensorRun, { startMs, endMs }: Episode, rules: (rule: AlarmRule) => boolean): number | null {
  return raised.find(({ rule, timeMs }) => rules(rule) && timeMs >= startMs && timeMs < endMs)?.timeMs ?? null
}

function isFalse({ faults }: SensorRun, { timeMs }: Raised): boolean {
  return !faults.some(({ episode }) => timeMs >= episode.startMs && timeMs < episode.endMs + GRACE_MS)
}

function countGroups(runs: ReadonlyMap<FleetSensor, SensorRun>): number {
  const open = new Map<string, AlarmGroup>()
  let groups = 0
  const all = [...runs].flatMap(([{ of }, { raised }]) => raised.map(({ rule, timeMs }) => ({ rule, timeMs, by: groupedBy(rule, of.location.machine_id) })))
  for (const { rule, timeMs, by } of all.toSorted((a, b) => a.timeMs - b.timeMs)) {
    const group = groupOf(open.get(by), rule, String(groups), timeMs)
    if (group !== open.get(by)) groups++
    open.set(by, group)
  }
  return groups
}

function share(found: readonly (number | null)[]): string {
  const count = found.filter((each) => each !== null).length
  return `${count} (${Math.round(100 * count / found.length)} %)`
}

function minutes(value: number): string {
  return value >= 120 ? `${(value / 60).toFixed(1)} h` : `${value.toFixed(0)} min`
}
