import type { Client, Queryable } from './pool.ts'

/** What was received of one producer's numbered readings, as `producer_epoch` keeps it. */
export interface ProducerEpoch {
  readonly sensorKey: number
  readonly epoch: string
  readonly firstSequence: number
  readonly nextSequence: number
  /** Ranges of numbers not received yet, each from its first up to, not including, its last; rising. */
  readonly missing: readonly (readonly [from: number, to: number])[]
  readonly floor: number
  readonly abandoned: number
  readonly received: number
  readonly duplicates: number
  readonly filledLate: number
  /** The log that all its readings came through; null: they came through several. */
  readonly homeLog: number | null
  /** With a home: what its readings from this offset of it on changed isn't in here. */
  readonly homeOffset: number | null
}

/** A change, with the counts it was computed from: it counts only where they still hold. */
export interface EpochChange extends ProducerEpoch {
  readonly expectedReceived: number
  readonly expectedDuplicates: number
  readonly expectedHomeLog: number | null
}

/**
 * An epoch as it is stored: a producer may call its life the same for all its sensors, so the numbers of a device that sends under an id of its own are
 * counted apart from those under the sensor's.
 */
export function storedEpoch(epoch: string, sentAs: string | null): string {
  return sentAs === null ? epoch : JSON.stringify([sentAs, epoch])
}

interface EpochRow extends Omit<ProducerEpoch, 'missing'> {
  readonly missing: string
}

/** Those of these epochs that are known. */
export async function readEpochs(db: Queryable, epochs: readonly { sensorKey: number, epoch: string }[]): Promise<ProducerEpoch[]> {
  const { rows } = await db.query<EpochRow>(
    `select sensor_key as "sensorKey", producer_epoch as epoch, first_sequence as "firstSequence", next_sequence as "nextSequence",
       missing::text, floor, abandoned, received, duplicates, filled_late as "filledLate", home_log as "homeLog", home_offset as "homeOffset"
     from producer_epoch where (sensor_key, producer_epoch) in (select * from unnest($1::int[], $2::text[]))`,
    [epochs.map((each) => each.sensorKey), epochs.map((each) => each.epoch)])
  return rows.map((row) => ({ ...row, missing: parseMultirange(row.missing) }))
}

const COLUMNS = `sensor_key, producer_epoch, first_sequence, next_sequence, missing, floor, abandoned, received, duplicates, filled_late, home_log, home_offset`
const ARRAYS = `unnest($1::int[], $2::text[], $3::int8[], $4::int8[], $5::text[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[], $11::int2[],
  $12::int8[]`

/**
 * Stores the changes, each only if nobody else changed its epoch in between: the second fence, beside the one on the offset.
 * Returns whether all of them held.
 */
export async function writeEpochs(client: Client, changes: readonly EpochChange[]): Promise<boolean> {
  // Sorted, so that two consumers that change the same epochs wait for each other in the same order.
  const sorted = changes.toSorted((a, b) => a.sensorKey - b.sensorKey || (a.epoch < b.epoch ? -1 : 1))
  const inserted = await insertEpochs(client, sorted.filter(isNew))
  const updated = await updateEpochs(client, sorted.filter((change) => !isNew(change)))
  return inserted + updated === changes.length
}

function isNew(change: EpochChange): boolean {
  return change.expectedReceived + change.expectedDuplicates === 0
}

async function insertEpochs(client: Client, changes: readonly EpochChange[]): Promise<number> {
  if (changes.length === 0) return 0
  const { rowCount } = await client.query(
    `insert into producer_epoch (${COLUMNS})
     select ${COLUMNS.replace('missing', 'missing::int8multirange')} from ${ARRAYS}) as d (${COLUMNS}) on conflict do nothing`,
    columnsOf(changes))
  return rowCount ?? 0
}

async function updateEpochs(client: Client, changes: readonly EpochChange[]): Promise<number> {
  if (changes.length === 0) return 0
  const { rowCount } = await client.query(
    `update producer_epoch as e set
       first_sequence = d.first_sequence, next_sequence = d.next_sequence, missing = d.missing::int8multirange, floor = d.floor,
       abandoned = d.abandoned, received = d.received, duplicates = d.duplicates, filled_late = d.filled_late, home_log = d.home_log,
       home_offset = d.home_offset, last_seen = now()
     from ${ARRAYS}, $13::int8[], $14::int8[], $15::int2[]) as d (${COLUMNS}, expected_received, expected_duplicates, expected_home_log)
     where e.sensor_key = d.sensor_key and e.producer_epoch = d.producer_epoch
       and e.received = d.expected_received and e.duplicates = d.expected_duplicates and e.home_log is not distinct from d.expected_home_log`,
    [...columnsOf(changes), changes.map((each) => each.expectedReceived), changes.map((each) => each.expectedDuplicates),
      changes.map((each) => each.expectedHomeLog)])
  return rowCount ?? 0
}

function columnsOf(changes: readonly EpochChange[]): unknown[][] {
  return [
    changes.map((each) => each.sensorKey), changes.map((each) => each.epoch), changes.map((each) => each.firstSequence),
    changes.map((each) => each.nextSequence), changes.map((each) => formatMultirange(each.missing)), changes.map((each) => each.floor),
    changes.map((each) => each.abandoned), changes.map((each) => each.received), changes.map((each) => each.duplicates),
    changes.map((each) => each.filledLate), changes.map((each) => each.homeLog), changes.map((each) => each.homeOffset),
  ]
}

function formatMultirange(ranges: readonly (readonly [number, number])[]): string {
  return `{${ranges.map(([from, to]) => `[${from},${to})`).join(',')}}`
}

function parseMultirange(text: string): [number, number][] {
  return [...text.matchAll(/\[(-?\d+),(-?\d+)\)/g)].map((match) => [Number(match[1]), Number(match[2])])
}
