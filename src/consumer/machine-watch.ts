import { severityOf, severityRank } from '../alarm/alarm-rules.ts'
import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import { INACTIVE, emptyCondition, followCondition } from '../alarm/condition.ts'
import type { Condition } from '../alarm/condition.ts'
import { judgeMachine } from '../alarm/machine-signal.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import { duration } from '../detect/learned/reason.ts'
import { SILENT_INTERVALS } from '../detect/machine/channel.ts'
import { explainMachine } from '../detect/machine/reason.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import { readUnusualMachines } from '../postgres/machine-deviations.ts'
import type { MachineChannel } from '../postgres/machine-deviations.ts'
import { readOpenMachineConditions } from '../postgres/open-conditions.ts'
import type { SilentSensor } from '../postgres/open-conditions.ts'
import type { Pool } from '../postgres/pool.ts'
import type { AlarmSettingsTable } from './alarm-settings.ts'
import { changeWithoutReading } from './condition-changes.ts'
import { resumeCondition } from './resume-condition.ts'

/**
 * Finds the machines whose sensors are away from usual together. Their sensors are spread over partitions, so it is made of what the consumers have
 * stored of each; the one that has the first partition does it for all.
 */
export interface MachineWatch {
  /** Looks, where it is time to. What is found is remembered, so it has to be written, or all memory dropped. */
  look(): Promise<ConditionChange[]>
}

interface WatchedMachine {
  /** The sensor that its alarm is raised at, as it was seen last: the one that was farthest from usual. */
  sensor: SilentSensor
  readonly condition: Condition
}

const INTERVAL_MS = 10_000
const RULE = 'machine_anomaly'
const RULE_INDEX = ALARM_RULES.indexOf(RULE)

export function watchMachines(pool: Pool, consumerId: string, settings: AlarmSettingsTable): MachineWatch {
  let lookedMs = Number.NEGATIVE_INFINITY
  let watched: Map<string, WatchedMachine> | null = null

  async function resume(): Promise<Map<string, WatchedMachine>> {
    return new Map((await readOpenMachineConditions(pool)).map((open) => {
      const condition = emptyCondition()
      resumeCondition(condition, open)
      return [open.machineId, { sensor: open, condition }]
    }))
  }

  /** Of the sensors that count there may be none any more: then it is over. */
  function follow(machines: Map<string, WatchedMachine>, machineId: string, channels: readonly MachineChannel[], nowMs: number): ConditionChange | null {
    const [farthest] = channels.toSorted((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation))
    const machine = machines.get(machineId) ?? (farthest && { sensor: farthest, condition: emptyCondition() })
    if (machine === undefined) return null
    const sensor = machine.sensor = channels.find(({ sensorKey }) => sensorKey === machine.sensor.sensorKey) ?? machine.sensor
    const rule = settings.of(sensor.sensorKey, sensor.sensorType as SensorType).rules[RULE_INDEX] as AlarmSettings
    const deviation = farthest?.machineDeviation ?? 0
    const { over, clear } = judgeMachine(deviation, rule.limit ?? Infinity)
    const transition = followCondition(machine.condition, {
      timeUs: nowMs * 1000, offset: 0, value: sensor.value, excess: deviation,
      severity: severityRank(rule.priority ?? severityOf(RULE, sensor.level)),
      over: rule.enabled && over, clear: !rule.enabled || clear,
    }, rule)
    if (machine.condition.phase === INACTIVE) machines.delete(machineId)
    else machines.set(machineId, machine)
    return transition === null ? null : changeWithoutReading(transition, RULE, machine.condition, rule, sensor, {
      timeMs: nowMs, detectedBy: consumerId, description: describe(transition, machine.condition, channels, deviation, nowMs),
    })
  }

  return {
    async look() {
      if (performance.now() - lookedMs < INTERVAL_MS) return []
      lookedMs = performance.now()
      const machines = watched ??= await resume()
      const names = [...machines.keys()]
      const channels = await readUnusualMachines(pool, settings.leastLimit(RULE), names, SILENT_INTERVALS)
      const nowMs = Date.now()
      const found = new Map<string, readonly MachineChannel[]>(names.map((name) => [name, []]))
      for (const [machineId, of] of Map.groupBy(channels, (channel) => channel.machineId)) found.set(machineId, of)
      return [...found].flatMap(([machineId, of]) => follow(machines, machineId, of, nowMs) ?? [])
    },
  }
}

function describe(
  transition: ConditionChange['transition'], { raisedUs }: Condition, channels: readonly MachineChannel[], machineDeviation: number, nowMs: number,
): string {
  const lasted = duration(Math.max(0, nowMs * 1000 - raisedUs))
  if (transition === 'cleared' && channels.length === 0) return `nothing more is known of its sensors together, after ${lasted}`
  if (transition === 'cleared') return `its sensors are as usual again after ${lasted}`
  const named = channels.map(({ sensorId, deviation }) => ({ name: sensorId, deviation }))
  return `${channels.length} sensors together ${machineDeviation.toFixed(1)} standard deviations from usual: ${explainMachine(named)}`
}
