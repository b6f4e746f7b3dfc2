import type { Ledger, LogLedger, SensorLedger } from '../contract/api.ts'
import type { Client } from '../postgres/pool.ts'
import { readGaps, readMissingRanges, readNamedMissing, readPending, readSensorSequences } from '../postgres/read-ledger.ts'
import type { GapRow, MissingRangeRow, PendingRow, SensorSequenceRow } from '../postgres/read-ledger.ts'
import type { LogRow } from '../postgres/read-logs.ts'

const MAX_SENSORS = 100
const MAX_RANGES = 20
/** More reasons than this are counted, not listed; the verdict is one line, so it names fewer. */
const MAX_REASONS = 20
const MAX_VERDICT_REASONS = 3

export interface LedgerRows {
  readonly logs: readonly LogRow[]
  readonly gaps: readonly GapRow[]
  readonly pending: readonly PendingRow[]
  /** Those with the most missing readings first. */
  readonly sensors: readonly SensorSequenceRow[]
  readonly ranges: readonly MissingRangeRow[]
  readonly namedMissing: number
}

/** Reads what the ledger is made of; must be the same snapshot that `logs` was read from. */
export async function readLedgerRows(client: Client, logs: readonly LogRow[]): Promise<LedgerRows> {
  const gaps = await readGaps(client)
  const pending = await readPending(client)
  const sensors = await readSensorSequences(client, MAX_SENSORS)
  const namedMissing = await readNamedMissing(client)
  const incomplete = sensors.filter((sensor) => sensor.missing > 0).map((sensor) => sensor.sensorKey)
  const ranges = incomplete.length === 0 ? [] : await readMissingRanges(client, incomplete, MAX_RANGES)
  return { logs, gaps, pending, sensors, ranges, namedMissing }
}

/** What became of every offset and every numbered reading, and the verdict on it. */
export function buildLedger(rows: LedgerRows): Ledger {
  const logs = rows.logs.map((log) => logLedger(log, rows.gaps, rows.pending))
  const sensors = sensorLedgers(rows)
  const totals = rows.sensors[0]
  const unnamed = (totals?.totalMissing ?? 0) - rows.namedMissing
  const reasons = [
    ...logs.flatMap(logReasons),
    ...unnamedReasons(unnamed),
    ...sensors.flatMap(sensorReasons),
  ]
  const listedMissing = sensors.filter((sensor) => sensor.missing > 0).length
  const all = reasons.length + (totals?.sensorsMissing ?? 0) - listedMissing
  const total = (of: (log: LogLedger) => number): number => logs.reduce((sum, log) => sum + of(log), 0)
  return {
    ok: reasons.length === 0,
    verdict: reasons.length === 0 ? 'every reading accounted for' : shortened(reasons, MAX_VERDICT_REASONS, all).join('; '),
    reasons: shortened(reasons, MAX_REASONS, all),
    logs,
    sensors,
    totals: {
      consumed: total((log) => log.consumed), stored: total((log) => log.stored), dead_lettered: total((log) => log.dead_lettered),
      holes: total((log) => log.holes), lost: total((log) => log.lost), log_duplicates: total((log) => log.duplicates),
      sensors: totals?.sensors ?? 0, sensors_missing: totals?.sensorsMissing ?? 0, received: totals?.totalReceived ?? 0,
      duplicates: totals?.totalDuplicates ?? 0, filled_late: totals?.totalFilledLate ?? 0, missing: totals?.totalMissing ?? 0,
    },
  }
}

function unnamedReasons(unnamed: number): string[] {
  if (unnamed === 0) return []
  const what = unnamed > 0 ? 'neither received nor known as missing' : 'received and known as missing'
  return [`${Math.abs(unnamed)} numbered readings are ${what}`]
}

function shortened(reasons: readonly string[], limit: number, all: number): string[] {
  const listed = reasons.slice(0, limit)
  return all > listed.length ? [...listed, `and ${all - listed.length} more`] : listed
}

function logLedger(log: LogRow, allGaps: readonly GapRow[], pending: readonly PendingRow[]): LogLedger {
  const gaps = allGaps.filter((gap) => gap.logKey === log.logKey)
  const unpublished = pending.find((row) => row.logKey === log.logKey)
  const consumed = log.nextOffset - log.firstOffset
  return {
    topic: log.topic, partition: log.partition, topic_id: log.topicId, generation: log.generation,
    first_offset: log.firstOffset, next_offset: log.nextOffset, consumed, stored: log.stored, dead_lettered: log.deadLettered,
    duplicates: log.duplicates, holes: log.holes, lost: log.lost,
    balance: consumed - (log.stored + log.deadLettered + log.duplicates + log.holes + log.lost),
    gaps: gaps.map((gap) => ({
      first_offset: gap.firstOffset, last_offset: gap.lastOffset, reason: gap.reason, detail: gap.detail,
      detected_at: gap.detectedAt.toISOString(),
    })),
    gaps_count: gaps[0]?.gapsCount ?? 0,
    alerts_pending: unpublished?.alerts ?? 0, dead_letters_pending: unpublished?.deadLetters ?? 0,
    closed_at: log.closedAt?.toISOString() ?? null,
  }
}

function logReasons(log: LogLedger): string[] {
  const name = `${log.topic}/${log.partition}`
  const reasons: string[] = []
  if (log.balance > 0) reasons.push(`${name}: ${log.balance} consumed offsets are not accounted for`)
  if (log.balance < 0) reasons.push(`${name}: ${-log.balance} more readings are booked than offsets were consumed`)
  if (log.lost > 0) reasons.push(`${name}: ${log.lost} readings were gone from Kafka before they were consumed`)
  // A gap of known length is in `lost`; one without is said by itself.
  for (const gap of log.gaps) if (gap.last_offset === null) reasons.push(`${name}: from offset ${gap.first_offset} on: ${gap.detail}`)
  return reasons
}

function sensorLedgers(rows: LedgerRows): SensorLedger[] {
  const ranges = Map.groupBy(rows.ranges, (range) => range.sensorKey)
  return rows.sensors
    .map((sensor) => ({
      sensor_id: sensor.sensorId, received: sensor.received, duplicates: sensor.duplicates, filled_late: sensor.filledLate,
      missing: sensor.missing,
      missing_ranges: (ranges.get(sensor.sensorKey) ?? []).map((range) => ({
        producer_epoch: range.producerEpoch, first_sequence: range.firstSequence, last_sequence: range.lastSequence,
      })),
    }))
    .sort((a, b) => b.missing - a.missing || (a.sensor_id < b.sensor_id ? -1 : 1))
}

function sensorReasons(sensor: SensorLedger): string[] {
  if (sensor.missing === 0) return []
  const readings = sensor.missing === 1 ? '1 reading' : `${sensor.missing} readings`
  return [`${sensor.sensor_id}: ${readings} never reached Kafka${rangesText(sensor)}`]
}

/** Empty when none is waited for any more, because there were too many. */
function rangesText({ missing_ranges: ranges }: SensorLedger): string {
  const first = ranges[0]
  if (first === undefined) return ''
  const one = first.first_sequence === first.last_sequence
  return one && ranges.length === 1 ? ` (number ${first.first_sequence})`
    : ` (numbers ${first.first_sequence}${one ? '' : ` to ${first.last_sequence}`}${ranges.length > 1 ? ' and others' : ''})`
}
