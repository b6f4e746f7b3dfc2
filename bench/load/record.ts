/** Sequences from `from` to `to`, both included. */
export type Range = readonly [from: number, to: number]

/** What became of the readings of one sensor. Sequences start at 1; each is in exactly one of the four. */
export interface SensorRecord {
  readonly sensorId: string
  readonly partition: number
  /** Must be in the table, once. */
  readonly acknowledged: readonly Range[]
  /** Given to Kafka, which never answered: each may be in the table once, or not at all. */
  readonly unknown: readonly Range[]
  /** Refused by Kafka for good: must not be in the table. */
  readonly refused: readonly Range[]
  /** Made but never given to Kafka: must not be in the table. */
  readonly unsent: readonly Range[]
}

export type Fate = 'acknowledged' | 'unknown' | 'refused' | 'unsent'

export interface Recorder {
  /** Sequences of a sensor come in rising order, whatever their fate; throws when one comes a second time. */
  record(sensor: number, sequence: number, fate: Fate): void
  readonly counts: Readonly<Record<Fate, number>>
  rangesOf(sensor: number): Readonly<Record<Fate, readonly Range[]>>
}

/** A few ranges a sensor, however many readings: sequences of one fate stand mostly next to each other. */
export function createRecorder(sensors: number): Recorder {
  const counts: Record<Fate, number> = { acknowledged: 0, unknown: 0, refused: 0, unsent: 0 }
  const newest = new Float64Array(sensors)
  const ranges = Array.from({ length: sensors }, () => {
    const empty: Record<Fate, [from: number, to: number][]> = { acknowledged: [], unknown: [], refused: [], unsent: [] }
    return empty
  })

  function of(sensor: number): Record<Fate, [from: number, to: number][]> {
    const found = ranges[sensor]
    if (found === undefined) throw new RangeError(`sensor ${sensor} of ${sensors}`)
    return found
  }

  return {
    counts,
    record(sensor, sequence, fate) {
      const list = of(sensor)[fate]
      if (sequence <= (newest[sensor] as number)) throw new Error(`sequence ${sequence} of sensor ${sensor} was recorded before, now as ${fate}`)
      newest[sensor] = sequence
      counts[fate]++
      const last = list.at(-1)
      if (last !== undefined && last[1] === sequence - 1) last[1] = sequence
      else list.push([sequence, sequence])
    },
    rangesOf: of,
  }
}

export function countOf(ranges: readonly Range[]): number {
  return ranges.reduce((count, [from, to]) => count + to - from + 1, 0)
}
