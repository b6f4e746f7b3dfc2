import { setTimeout as sleep } from 'node:timers/promises'
import { createEncoder } from '../../src/contract/encode-reading.ts'
import type { EncodeReading } from '../../src/contract/encode-reading.ts'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES } from '../../src/contract/sensor-types.ts'
import type { SensorType } from '../../src/contract/sensor-types.ts'
import { RECORD_OVERHEAD_BYTES } from '../../src/kafka/record-batch.ts'
import { newEpoch } from '../../src/runtime/new-epoch.ts'
import type { Log } from '../../src/runtime/log.ts'
import { createSignal } from '../../src/sensor/signal.ts'
import type { Signal } from '../../src/sensor/signal.ts'
import { startLane } from './lane.ts'
import type { Lane } from './lane.ts'
import { createRecorder } from './record.ts'
import type { Fate, SensorRecord } from './record.ts'

export interface LoadOptions {
  readonly brokers: readonly string[]
  /** It must exist, with at least `partitions` partitions. */
  readonly topic: string
  readonly sensors: number
  /** Readings a second of all sensors together; `max` makes them as fast as Kafka takes them. */
  readonly ratePerS: number | 'max'
  /** Equal seeds make equal signals. */
  readonly seed: string
  /** Ends by itself after so many seconds, or after so many readings; by `stop` in any case. */
  readonly durationS?: number
  readonly count?: number
  /** Default 3. */
  readonly partitions?: number
  /** The sensors are called `<prefix>-<type>-00001`. Default `load`. */
  readonly prefix?: string
  /** How long what is left is waited for at the end, default 60 s. */
  readonly drainS?: number
  /** Readings made but not acknowledged; at this many no more are made until some are. Default 500,000 at a rate, 20,000 at `max`. */
  readonly maxWaiting?: number
  /** Signals that never reach a limit: what would be in an episode repeats the value before it. Default false. */
  readonly healthy?: boolean
  readonly log: Log
}

export interface LoadRecord {
  /** `metadata.producer_epoch` of every reading. */
  readonly epoch: string
  readonly made: number
  readonly counts: Readonly<Record<Fate, number>>
  /** From the first reading made to the last one acknowledged. */
  readonly seconds: number
  /** The longest that a reading waited from being made to being acknowledged. */
  readonly longestWaitMs: number
  /** Whether `maxWaiting` was reached, so that the rate was not kept. */
  readonly heldBack: boolean
  readonly sensors: readonly SensorRecord[]
}

export interface Load {
  readonly epoch: string
  readonly counts: { readonly made: number, readonly acknowledged: number, readonly waiting: number }
  /** Resolves when the load has ended and drained. Rejects when Kafka fails in a way that a person has to mend. */
  readonly done: Promise<LoadRecord>
  /** Makes no more readings; resolves as `done`. */
  stop(): Promise<LoadRecord>
}

interface Sensor {
  readonly sensorId: string
  readonly partition: number
  readonly signal: Signal
  readonly encode: EncodeReading
  made: number
}

const TICK_MS = 10
/** On a busy machine the last tick comes late, and brings what is due by then. */
const LAST_TICK_MS = 1_000
/** At `max`, so many are made before the loop is given to the network. */
const MAX_PER_TURN = 2_000

/**
 * Many simulated sensors in one process, in turn, each with the contract's readings. At a rate the readings are made when they
 * are due, whether Kafka keeps up or not, so that a stall shows as waiting and not as fewer readings.
 */
export function startLoad(options: LoadOptions): Load {
  const { ratePerS, log } = options
  const partitions = options.partitions ?? 3
  const maxWaiting = options.maxWaiting ?? (ratePerS === 'max' ? 20_000 : 500_000)
  const epoch = `load-${newEpoch()}`
  const sensors = createSensors(options, partitions, epoch)
  const recorder = createRecorder(sensors.length)
  const startMs = performance.now()
  const wanted = Math.min(options.count ?? Infinity, ratePerS === 'max' ? Infinity : (options.durationS ?? Infinity) * ratePerS)
  const stopMaking = new AbortController()
  let made = 0
  let waiting = 0
  let heldBack = false
  let lastAcknowledgedMs = startMs
  let longestWaitMs = 0
  let roomMade: () => void = () => undefined

  const lanes: Lane[] = Array.from({ length: partitions }, (_, partition) => startLane({
    brokers: options.brokers, topic: options.topic, partition, capacity: maxWaiting, log,
    settled: (batch, fate) => {
      const now = performance.now()
      for (const { sensor, sequence, madeMs } of batch) {
        recorder.record(sensor, sequence, fate)
        if (fate === 'acknowledged') longestWaitMs = Math.max(longestWaitMs, now - madeMs)
      }
      if (fate === 'acknowledged') lastAcknowledgedMs = now
      waiting -= batch.length
      roomMade()
    },
  }))

  function makeOne(timeMs: number, madeMs: number): void {
    const index = made % sensors.length
    const sensor = sensors[index] as Sensor
    const { value, quality } = sensor.signal.next(timeMs)
    const sequence = ++sensor.made
    const text = sensor.encode(sequence, timeMs, value, quality)
    const sizeBytes = text.length + sensor.sensorId.length + RECORD_OVERHEAD_BYTES
    lanes[sensor.partition]?.push({ sensor: index, sequence, madeMs, key: sensor.sensorId, text, sizeBytes })
    made++
    waiting++
  }

  function makeSome(count: number): void {
    const timeMs = Date.now()
    const madeMs = performance.now()
    const room = maxWaiting - waiting
    if (count > room && ratePerS !== 'max') heldBack = true
    for (let left = Math.min(count, room, wanted - made); left > 0; left--) makeOne(timeMs, madeMs)
    for (const lane of lanes) lane.flush()
  }

  async function makeAll(): Promise<void> {
    const over = (): boolean => stopMaking.signal.aborted || made >= wanted
      || performance.now() - startMs >= (options.durationS ?? Infinity) * 1000 + LAST_TICK_MS
    while (!over()) {
      if (ratePerS === 'max') {
        makeSome(MAX_PER_TURN)
        if (waiting >= maxWaiting) await new Promise<void>((resolve) => { roomMade = resolve })
        else await new Promise((resolve) => { setImmediate(resolve) })
      } else {
        makeSome(Math.floor((performance.now() - startMs) / 1000 * ratePerS) - made)
        await sleep(TICK_MS)
      }
    }
  }

  async function run(): Promise<LoadRecord> {
    const failed = Promise.race(lanes.map((lane) => lane.failed))
    await Promise.race([makeAll(), failed])
    await Promise.race([Promise.all(lanes.map((lane) => lane.drain((options.drainS ?? 60) * 1000))), failed])
    return {
      epoch, made, counts: recorder.counts, seconds: (lastAcknowledgedMs - startMs) / 1000, longestWaitMs, heldBack,
      sensors: sensors.map(({ sensorId, partition }, index) => ({ sensorId, partition, ...recorder.rangesOf(index) })),
    }
  }

  const done = run()
  return {
    epoch,
    get counts() { return { made, acknowledged: recorder.counts.acknowledged, waiting } },
    done,
    async stop() {
      stopMaking.abort()
      roomMade()
      return done
    },
  }
}

function createSensors(options: LoadOptions, partitions: number, epoch: string): Sensor[] {
  const { seed, prefix = 'load' } = options
  return Array.from({ length: options.sensors }, (_, index) => {
    const sensorType = SENSOR_TYPE_NAMES[index % SENSOR_TYPE_NAMES.length] as typeof SENSOR_TYPE_NAMES[number]
    const { warning, critical } = SENSOR_TYPES[sensorType]
    const sensorId = `${prefix}-${sensorType}-${String(index + 1).padStart(5, '0')}`
    const location = { factory_section: 'load', machine_id: `machine-${String(index % 100).padStart(3, '0')}`, zone: `zone-${index % 10}` }
    return {
      sensorId, partition: index % partitions, made: 0,
      signal: options.healthy === true ? healthySignal(sensorType, seed, sensorId) : createSignal({ type: sensorType, seed, sensorId }),
      encode: createEncoder({ sensorId, sensorType, location, thresholds: { warning, critical }, epoch }),
    }
  })
}

function healthySignal(type: SensorType, seed: string, sensorId: string): Signal {
  const { base, warning } = SENSOR_TYPES[type]
  const signal = createSignal({ type, seed, sensorId })
  let last: number = base
  return {
    next(timeMs) {
      const sample = signal.next(timeMs)
      if (sample.value < warning) last = sample.value
      return { ...sample, value: last }
    },
  }
}
