import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { buildLedger } from '../../../src/monitoring/ledger.ts'
import type { LedgerRows } from '../../../src/monitoring/ledger.ts'
import type { SensorSequenceRow } from '../../../src/postgres/read-ledger.ts'
import type { LogRow } from '../../../src/postgres/read-logs.ts'

const LOG: LogRow = {
  logKey: 1, topic: 'sensor-data', topicId: 'e0a1', partition: 0, generation: 0, firstOffset: 100, nextOffset: 200, stored: 90, deadLettered: 4,
  duplicates: 3, holes: 2, lost: 0, claimedBy: null, closedAt: null,
}
const BALANCED: LogRow = { ...LOG, stored: 91 }

/** Sensors by their missing readings; the totals are of these. */
function sensorRows(missing: Readonly<Record<string, number>>): SensorSequenceRow[] {
  const values = Object.values(missing)
  return Object.entries(missing).map(([sensorId, count], index) => ({
    sensorKey: index, sensorId, received: 91, duplicates: 3, filledLate: 0, missing: count, sensors: values.length,
    sensorsMissing: values.filter((value) => value > 0).length, totalReceived: 91 * values.length, totalDuplicates: 3 * values.length,
    totalFilledLate: 0, totalMissing: values.reduce((sum, value) => sum + value, 0),
  }))
}

function ledgerOf(rows: Partial<LedgerRows>): ReturnType<typeof buildLedger> {
  return buildLedger({
    logs: [BALANCED], gaps: [], pending: [], sensors: sensorRows({ a: 0 }), ranges: [], namedMissing: rows.sensors?.[0]?.totalMissing ?? 0, ...rows,
  })
}

describe('the ledger', () => {
  test('is content when every offset was stored, dead-lettered, absorbed or never held a reading', () => {
    const ledger = ledgerOf({})
    assert.deepEqual([ledger.ok, ledger.verdict, ledger.reasons], [true, 'every reading accounted for', []])
    assert.deepEqual([ledger.logs[0]?.consumed, ledger.logs[0]?.balance], [100, 0])
    assert.equal(ledger.totals.consumed, 100)
  })

  test('is not when an offset is not accounted for, or booked twice', () => {
    assert.equal(ledgerOf({ logs: [LOG] }).verdict, 'sensor-data/0: 1 consumed offsets are not accounted for')
    assert.equal(ledgerOf({ logs: [{ ...LOG, stored: 93 }] }).verdict, 'sensor-data/0: 2 more readings are booked than offsets were consumed')
    assert.equal(ledgerOf({ logs: [LOG] }).ok, false)
  })

  test('names what was gone from Kafka, though the sum is right', () => {
    const ledger = ledgerOf({ logs: [{ ...LOG, stored: 81, lost: 10 }] })
    assert.deepEqual([ledger.ok, ledger.logs[0]?.balance], [false, 0])
    assert.equal(ledger.verdict, 'sensor-data/0: 10 readings were gone from Kafka before they were consumed')
  })

  test('names a gap that nobody can count', () => {
    const gap = {
      logKey: 1, firstOffset: 150, lastOffset: null, reason: 'topic_replaced', detail: 'the topic was made again', detectedAt: new Date(0), gapsCount: 1,
    }
    const ledger = ledgerOf({ gaps: [gap] })
    assert.equal(ledger.verdict, 'sensor-data/0: from offset 150 on: the topic was made again')
    assert.equal(ledger.logs[0]?.gaps_count, 1)
    assert.equal(ledger.logs[0]?.gaps[0]?.detected_at, '1970-01-01T00:00:00.000Z')
  })

  test('names readings that never reached Kafka, the worst sensor first', () => {
    const ledger = ledgerOf({
      sensors: sensorRows({ '0-fine': 0, b: 1, a: 5, c: 2 }),
      ranges: [
        { sensorKey: 2, producerEpoch: 'e', firstSequence: 5, lastSequence: 8 },
        { sensorKey: 2, producerEpoch: 'f', firstSequence: 1, lastSequence: 1 },
        { sensorKey: 1, producerEpoch: 'e', firstSequence: 3, lastSequence: 3 },
      ],
    })
    assert.deepEqual(ledger.sensors.map((sensor) => [sensor.sensor_id, sensor.missing]), [['a', 5], ['c', 2], ['b', 1], ['0-fine', 0]])
    assert.equal(ledger.ok, false)
    assert.deepEqual(ledger.reasons, [
      'a: 5 readings never reached Kafka (numbers 5 to 8 and others)',
      'c: 2 readings never reached Kafka',
      'b: 1 reading never reached Kafka (number 3)',
    ])
    assert.deepEqual([ledger.totals.missing, ledger.totals.sensors_missing, ledger.totals.sensors], [8, 3, 4])
  })

  test('is not content when a number is neither received nor known as missing', () => {
    assert.equal(ledgerOf({ sensors: sensorRows({ a: 0 }), namedMissing: 2 }).verdict, '2 numbered readings are received and known as missing')
    const [reason] = ledgerOf({ sensors: sensorRows({ a: 3 }), namedMissing: 2 }).reasons
    assert.equal(reason, '1 numbered readings are neither received nor known as missing')
  })

  test('keeps the verdict short and counts the rest', () => {
    const hundred = sensorRows(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`s${index}`, 1])))
    const ledger = ledgerOf({ sensors: hundred.map((sensor) => ({ ...sensor, sensors: 600, sensorsMissing: 500, totalMissing: 500 })), namedMissing: 500 })
    assert.match(ledger.verdict, /; and 497 more$/)
    assert.equal(ledger.reasons.length, 21)
    assert.equal(ledger.reasons.at(-1), 'and 480 more')
    assert.equal(ledger.totals.missing, 500)
  })

  test('tells what waits to be published, which is no loss', () => {
    const ledger = ledgerOf({ pending: [{ logKey: 1, alerts: 3, deadLetters: 2 }] })
    assert.deepEqual([ledger.ok, ledger.logs[0]?.alerts_pending, ledger.logs[0]?.dead_letters_pending], [true, 3, 2])
  })
})
