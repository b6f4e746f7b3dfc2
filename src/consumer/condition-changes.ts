import { hash, randomUUID } from 'node:crypto'
import { severityOfRank } from '../alarm/alarm-rules.ts'
import type { AlarmSettings } from '../alarm/alarm-rules.ts'
import { isRaised } from '../alarm/condition.ts'
import type { Condition, ConditionChange as Transition } from '../alarm/condition.ts'
import { ALARM_RULES } from '../contract/alarm.ts'
import type { AlarmRule } from '../contract/alarm.ts'
import type { ValidReading } from '../contract/reading.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'
import type { ConditionChange } from '../postgres/alarm-changes.ts'
import type { PartitionLog } from '../postgres/logs.ts'
import type { SilentSensor } from '../postgres/open-conditions.ts'
import type { SensorAlarms } from './alarm-settings.ts'
import { describeChange, describeEnded } from './describe-change.ts'
import type { Sensor, Version } from './plant.ts'
import { judgeReading } from './scoring.ts'
import type { JudgedReading } from './scoring.ts'
import { forgetConditions } from './sensor-memory.ts'
import type { SensorMemory } from './sensor-memory.ts'

/** What a reading's change of a condition is about, beside the reading. */
export interface ChangeContext {
  readonly log: PartitionLog
  readonly consumerId: string
  readonly sensor: Sensor
  readonly version: Version
  readonly reading: ValidReading
  readonly alarms: SensorAlarms
}

/** Judges a reading; what changes is added to `changes`. */
export function judge(memory: SensorMemory, judged: JudgedReading, context: ChangeContext, changes: ConditionChange[]): void {
  judgeReading(memory, judged, context.alarms, (transition, rule, condition, _, learned) => {
    const settings = context.alarms.rules[ALARM_RULES.indexOf(rule)] as AlarmSettings
    const { reading: { unit, sensorType, machine }, log, sensor, version } = context
    changes.push({
      ...changeOf(log, transition, rule, condition, settings, judged.offset),
      sensorKey: sensor.key, sensorId: sensor.id, sensorType, machineId: machine, location: version.location,
      timeMs: judged.timeUs / 1000, value: judged.value, level: ALERT_LEVELS[judged.level] as AlertLevel, unit,
      description: describeChange(transition, rule, condition, memory, judged, unit, settings, learned),
      // No log found out that the sensor was silent, so none has to find out that it isn't.
      ...rule === 'stale_signal' ? { logKey: null, offset: null } : { logKey: log.logKey, offset: judged.offset }, detectedBy: context.consumerId,
    })
  })
}

/** The part of a change that the condition says. */
function changeOf(
  log: PartitionLog, transition: Transition, rule: AlarmRule, condition: Condition, settings: AlarmSettings, offset: number,
): ToldByCondition & Pick<ConditionChange, 'episodeId' | 'alertId'> {
  return {
    ...toldBy(transition, rule, condition, settings), episodeId: alertId(log, condition.offset, rule),
    alertId: transition === 'updated' ? null : alertId(log, offset, transition === 'raised' ? rule : `${rule} ${transition}`),
  }
}

type ToldByCondition = Pick<ConditionChange, 'transition' | 'rule' | 'priority' | 'severity' | 'latch' | 'peakValue' | 'peakMs' | 'peakExcess'
  | 'addedReadings' | 'raisedMs'>

function toldBy(transition: Transition, rule: AlarmRule, condition: Condition, settings: AlarmSettings): ToldByCondition {
  const severity = severityOfRank(condition.severity)
  return {
    transition, rule, priority: settings.priority ?? severity, severity, latch: settings.latch,
    peakValue: condition.peak, peakMs: condition.peakUs / 1000, peakExcess: condition.peakExcess,
    addedReadings: condition.addedReadings, raisedMs: condition.raisedUs / 1000,
  }
}

/**
 * A change that no reading made, of a sensor as it was stored last. There is nothing that an id could be made of; that its alarm is there only
 * once is seen by the open alarm.
 */
export function changeWithoutReading(
  transition: Transition, rule: AlarmRule, condition: Condition, settings: AlarmSettings, sensor: SilentSensor,
  told: Pick<ConditionChange, 'timeMs' | 'description' | 'detectedBy'> & Pick<ConditionChange, 'saidBy'>,
): ConditionChange {
  const { sensorKey, sensorId, sensorType, machineId, location, unit, value, level } = sensor
  const id = randomUUID()
  return {
    ...toldBy(transition, rule, condition, settings), episodeId: id, alertId: transition === 'updated' ? null : id,
    sensorKey, sensorId, sensorType, machineId, location, unit, value, level, peakValue: value, logKey: null, offset: null, ...told,
  }
}

/** Forgets the conditions of a sensor for another reason than its readings; of each that is raised this log says that it is over. */
export function endConditions(
  memory: SensorMemory, logKey: number, alarms: SensorAlarms, sensor: SilentSensor, why: string,
  { timeMs, detectedBy }: Pick<ConditionChange, 'timeMs' | 'detectedBy'>,
): ConditionChange[] {
  const changes = memory.conditions.flatMap((condition, index): ConditionChange[] => {
    if (condition === null || !isRaised(condition)) return []
    const rule = ALARM_RULES[index] as AlarmRule
    return [{
      ...changeWithoutReading('cleared', rule, condition, alarms.rules[index] as AlarmSettings, sensor, {
        timeMs, description: describeEnded(why, condition, timeMs), detectedBy,
        // That it was silent is no log's word.
        ...rule === 'stale_signal' ? {} : { saidBy: logKey },
      }),
      peakValue: condition.peak,
    }]
  })
  forgetConditions(memory)
  return changes
}

const TWO_32 = 4_294_967_296
const idPrefixes = new Map<string, Buffer>()

/**
 * The same for the same reading and change, whoever finds it and however often: a UUID of version 8. Its first half is a hash of the log and
 * the change, its second half Kafka's offset, so ids of a log rise with it and the index of the alerts grows at its end.
 */
export function alertId(log: PartitionLog, offset: number, change: string): Buffer {
  const name = `${log.topicId}/${log.generation}/${log.partition}/${change}`
  let prefix = idPrefixes.get(name)
  if (prefix === undefined) {
    prefix = hash('sha256', name, 'buffer').subarray(0, 8)
    prefix.writeUInt8((prefix.readUInt8(6) & 0x0f) | 0x80, 6)
    idPrefixes.set(name, prefix)
  }
  const id = Buffer.allocUnsafe(16)
  prefix.copy(id)
  // The two highest bits are the variant's; an offset stays below 2^53.
  id.writeUInt32BE((0x80000000 + Math.floor(offset / TWO_32)) >>> 0, 8)
  id.writeUInt32BE(offset % TWO_32, 12)
  return id
}
