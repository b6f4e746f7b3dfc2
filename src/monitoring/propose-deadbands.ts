import { hasDeadband, proposeDeadband, stretchesAround } from '../alarm/propose-deadband.ts'
import type { DeadbandProposal } from '../alarm/propose-deadband.ts'
import { REPLAYED_RULES } from '../alarm/replay.ts'
import type { ReplaySettings, ReplayedReading } from '../alarm/replay.ts'
import type { Activation, BadActor } from '../alarm/scorecard.ts'
import { settingsTable } from '../alarm/settings-table.ts'
import type { SettingsTable } from '../alarm/settings-table.ts'
import { knownThresholds } from '../alarm/what-if.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { SensorType } from '../contract/sensor-types.ts'
import { readAlarmSettings } from '../postgres/alarm-settings.ts'
import { readReplayReadings, readReplaySensors } from '../postgres/read-replay.ts'
import type { ReplaySensor } from '../postgres/read-replay.ts'
import type { Read } from '../postgres/replay-alarms.ts'

/** What is looked at of each, the newest: ten of them take some 0.3 s. */
const MOST_STRETCHES = 10
const MOST_READINGS = 10_000
/** Fewer alarms are no pattern. */
const LEAST_ALARMS = 3

/** The deadband for each of those that raise most, where the rule has one and it does as well as the delay that is proposed. */
export async function proposeDeadbands(
  read: Read, actors: readonly BadActor[], activations: readonly Activation[], toMs: number,
): Promise<Map<BadActor, DeadbandProposal & { readonly unit: string }>> {
  const found = new Map<BadActor, DeadbandProposal & { readonly unit: string }>()
  const fitting = actors.filter(({ rule, alarms }) => hasDeadband(rule) && alarms >= LEAST_ALARMS)
  if (fitting.length === 0) return found
  const settings = settingsTable(await read(readAlarmSettings))
  const known = await read((db) => readReplaySensors(db, fitting.map(({ sensorId }) => sensorId)))
  const sensors = new Map(known.map((sensor) => [sensor.sensorId, sensor]))
  for (const actor of fitting) {
    const { sensorId, rule } = actor
    const sensor = sensors.get(sensorId)
    if (sensor === undefined || !(sensor.sensorType in SENSOR_TYPES) || !hasDeadband(rule)) continue
    const own = activations.filter((activation) => activation.sensorId === sensorId && activation.rule === rule)
    const type = sensor.sensorType as SensorType
    const proposal = proposeDeadband({
      type, rule, thresholds: knownThresholds(type, sensor.warning, sensor.critical), settings: settingsOf(settings, type, sensor.sensorKey),
    }, await readStretches(read, sensor, stretchesAround(own, toMs)))
    if (proposal !== null && isBetter(proposal, actor)) found.set(actor, { ...proposal, unit: SENSOR_TYPES[type].unit })
  }
  return found
}

async function readStretches(read: Read, { sensorKey }: ReplaySensor, stretches: ReturnType<typeof stretchesAround>): Promise<ReplayedReading[][]> {
  const all: ReplayedReading[][] = []
  let left = MOST_READINGS
  for (const { fromMs, toMs } of stretches.slice(0, MOST_STRETCHES)) {
    if (left === 0) break
    const readings = await read((db) => readReplayReadings(db, sensorKey, fromMs, toMs, left))
    left -= readings.length
    all.push(readings)
  }
  return all
}

/** A deadband delays and hides nothing, so it only has to leave no larger part of the alarms. */
function isBetter({ alarmsBefore, alarmsAfter }: DeadbandProposal, { proposal }: BadActor): boolean {
  return proposal === null || alarmsAfter * proposal.alarmsBefore <= proposal.alarmsAfter * alarmsBefore
}

function settingsOf(of: SettingsTable, type: SensorType, sensorKey: number): ReplaySettings {
  return Object.fromEntries(REPLAYED_RULES.map((rule) => [rule, of(type, sensorKey, rule)])) as ReplaySettings
}
