import { createHash } from 'node:crypto'
import type { ValidReading } from '../contract/reading.ts'
import { SENSOR_TYPES } from '../contract/sensor-types.ts'
import type { SensorType, Thresholds } from '../contract/sensor-types.ts'
import type { Pool } from '../postgres/pool.ts'
import { readEpochs, storedEpoch } from '../postgres/producer-epochs.ts'
import { changedSensors, registerSensors, registerVersions } from '../postgres/sensor-registry.ts'
import type { SensorRow } from '../postgres/sensor-registry.ts'
import { effectiveThresholds } from '../runtime/thresholds.ts'
import type { ThresholdOverride } from '../runtime/thresholds.ts'
import { nameOf } from './numbers-replay.ts'
import { createSequenceTracker } from './sequences.ts'
import type { SequenceTracker } from './sequences.ts'

/** A form in which readings describe their sensor, kept once for all readings that say the same. */
export interface Version {
  readonly key: number
  /** JSON of the contract's location. */
  readonly location: string
  readonly thresholds: Thresholds
}

export interface Sensor {
  readonly key: number
  readonly id: string
  /** When its device was replaced last, microseconds since 1970; 0: never. */
  readonly replacedUs: number
}

/** What the consumer knows of the plant: a cache of the database, thrown away with every failure and every assignment. */
export interface Plant {
  /** Before a batch: what is found after it stays valid until the next call, and as long as `generation` is the same. */
  forgetCrowded(): void
  readonly generation: number
  /** Those that will be forgotten with the next batch. */
  crowdedTrackers(): Iterable<SequenceTracker>
  /** Null where something about the reading is new. */
  find(reading: ValidReading): Known | null
  /** Registers what these readings name for the first time. After it `find` knows all of them. */
  learn(readings: readonly NumberedReading[]): Promise<void>
  /** Takes over settings that were changed elsewhere. */
  refresh(): Promise<void>
}

export interface Known {
  readonly sensor: Sensor
  readonly version: Version
  /** Null when the reading has no number. */
  readonly tracker: SequenceTracker | null
}

export interface NumberedReading {
  readonly reading: ValidReading
  readonly log: LogNumbers
}

/** What is known of the numbers in a log. */
export interface LogNumbers {
  readonly logKey: number
  readonly firstOffset: number
  /** By `nameOf`: those that weren't stored when the log was opened, as far as they were not asked for yet. */
  readonly restored: Map<string, SequenceTracker>
}

/** A sensor as its readings come under one id: its own, or that of a device in its place. */
interface KnownSensor extends Sensor {
  /** Null: its own. */
  readonly sentAs: string | null
  replacedUs: number
  own: ThresholdOverride
  /** The last one is tried first: readings of a sensor seldom differ in it. */
  last: KnownVersion | null
  readonly versions: Map<string, KnownVersion>
  readonly trackers: Map<string, SequenceTracker>
}

interface KnownVersion extends Version {
  readonly of: ValidReading
  thresholds: Thresholds
}

/** Forms and epochs kept for one sensor from one batch to the next: one that changes with every reading must not fill the memory. */
const KEPT_PER_SENSOR = 16
/** Twice the interval at which the caller refreshes, and more. */
const REFRESH_WINDOW_S = 15

export function createPlant(pool: Pool, environment: Readonly<Record<SensorType, ThresholdOverride>>): Plant {
  const sensors = new Map<string, KnownSensor>()
  const crowded = new Set<KnownSensor>()
  let generation = 0

  function forgetCrowded(): void {
    if (crowded.size === 0) return
    generation++
    for (const sensor of crowded) {
      sensor.last = null
      sensor.versions.clear()
      sensor.trackers.clear()
    }
    crowded.clear()
  }

  async function learnSensors(readings: readonly NumberedReading[]): Promise<void> {
    const unknown = new Map<string, ValidReading>()
    for (const { reading } of readings) if (!sensors.has(reading.sensorId)) unknown.set(reading.sensorId, reading)
    if (unknown.size === 0) return
    const rows = await registerSensors(pool, [...unknown.values()].map((reading) => ({
      sensorId: reading.sensorId, sensorType: reading.sensorType, location: locationOf(reading),
    })))
    for (const row of rows) {
      sensors.set(row.sentAs, {
        key: row.sensorKey, id: row.sensorId, sentAs: row.sentAs === row.sensorId ? null : row.sentAs, replacedUs: row.replacedUs,
        own: ownThresholds(row), last: null, versions: new Map(), trackers: new Map(),
      })
    }
  }

  async function learnVersions(readings: readonly NumberedReading[]): Promise<void> {
    const unknown = new Map<string, { sensor: KnownSensor, reading: ValidReading, name: string }>()
    for (const { reading } of readings) {
      const sensor = sensors.get(reading.sensorId) as KnownSensor
      if (findVersion(sensor, reading) !== null) continue
      const name = versionName(sensor, reading)
      unknown.set(`${sensor.key} ${name}`, { sensor, reading, name })
    }
    if (unknown.size === 0) return
    const entries = [...unknown.values()]
    const keys = await registerVersions(pool, entries.map(({ sensor, reading, name }) => ({
      sensorKey: sensor.key, sensorType: reading.sensorType, unit: reading.unit, location: locationOf(reading),
      warningThreshold: reading.warningThreshold, criticalThreshold: reading.criticalThreshold, epoch: reading.epoch, sentAs: sensor.sentAs,
      fingerprint: createHash('sha256').update(name).digest(),
    })))
    for (const [index, { sensor, reading, name }] of entries.entries()) {
      sensor.versions.set(name, {
        key: keys[index] as number, of: reading, location: locationOf(reading), thresholds: thresholdsOf(sensor, reading),
      })
      if (sensor.versions.size > KEPT_PER_SENSOR) crowded.add(sensor)
    }
  }

  async function learnEpochs(readings: readonly NumberedReading[]): Promise<void> {
    const unknown = new Map<string, { sensor: KnownSensor, sentEpoch: string, epoch: string, log: LogNumbers }>()
    for (const { reading: { sensorId, epoch: sentEpoch }, log } of readings) {
      if (sentEpoch === null) continue
      const sensor = sensors.get(sensorId) as KnownSensor
      if (sensor.trackers.has(sentEpoch)) continue
      const epoch = storedEpoch(sentEpoch, sensor.sentAs)
      unknown.set(nameOf(sensor.key, epoch), { sensor, sentEpoch, epoch, log })
    }
    if (unknown.size === 0) return
    const entries = [...unknown.values()]
    const rows = await readEpochs(pool, entries.map(({ sensor, epoch }) => ({ sensorKey: sensor.key, epoch })))
    const stored = new Map(rows.map((row) => [nameOf(row.sensorKey, row.epoch), row]))
    for (const [name, { sensor, sentEpoch, epoch, log }] of unknown) {
      const { logKey, firstOffset, restored } = log
      sensor.trackers.set(sentEpoch, restored.get(name)
        ?? createSequenceTracker(sensor.key, epoch, stored.get(name) ?? null, { logKey, sinceStart: firstOffset === 0 }))
      restored.delete(name)
      if (sensor.trackers.size > KEPT_PER_SENSOR) crowded.add(sensor)
    }
  }

  function thresholdsOf(sensor: KnownSensor, reading: ValidReading): Thresholds {
    return effectiveThresholds(sensor.own, environment[reading.sensorType],
      { warning: reading.warningThreshold, critical: reading.criticalThreshold }, SENSOR_TYPES[reading.sensorType])
  }

  return {
    forgetCrowded,
    get generation() { return generation },
    * crowdedTrackers() {
      for (const sensor of crowded) yield* sensor.trackers.values()
    },
    find(reading) {
      const sensor = sensors.get(reading.sensorId)
      const version = sensor === undefined ? null : findVersion(sensor, reading)
      if (sensor === undefined || version === null) return null
      if (reading.epoch === null) return { sensor, version, tracker: null }
      const tracker = sensor.trackers.get(reading.epoch)
      return tracker === undefined ? null : { sensor, version, tracker }
    },
    async learn(readings) {
      await learnSensors(readings)
      await learnVersions(readings)
      await learnEpochs(readings)
    },
    async refresh() {
      for (const row of await changedSensors(pool, REFRESH_WINDOW_S)) {
        const sensor = sensors.get(row.sentAs)
        if (sensor === undefined) continue
        sensor.replacedUs = row.replacedUs
        sensor.own = ownThresholds(row)
        for (const version of sensor.versions.values()) version.thresholds = thresholdsOf(sensor, version.of)
      }
    },
  }
}

function ownThresholds(row: SensorRow): ThresholdOverride {
  return { warning: row.warningThreshold, critical: row.criticalThreshold }
}

function findVersion(sensor: KnownSensor, reading: ValidReading): KnownVersion | null {
  if (sensor.last !== null && saysTheSame(sensor.last.of, reading)) return sensor.last
  const found = sensor.versions.get(versionName(sensor, reading))
  if (found === undefined) return null
  sensor.last = found
  return found
}

function saysTheSame(a: ValidReading, b: ValidReading): boolean {
  return a.epoch === b.epoch && a.machine === b.machine && a.zone === b.zone && a.section === b.section && a.unit === b.unit
    && a.sensorType === b.sensorType && a.warningThreshold === b.warningThreshold && a.criticalThreshold === b.criticalThreshold
}

/** Under the sensor's own id as it was before there were others, so that what is stored is found. */
function versionName({ sentAs }: KnownSensor, reading: ValidReading): string {
  return JSON.stringify([
    reading.sensorType, reading.unit, reading.section, reading.machine, reading.zone, reading.warningThreshold, reading.criticalThreshold,
    reading.epoch, ...sentAs === null ? [] : [sentAs],
  ])
}

function locationOf(reading: ValidReading): string {
  return JSON.stringify({ factory_section: reading.section, machine_id: reading.machine, zone: reading.zone })
}
