import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rebalanceLines } from '../../../src/cli/rebalance-line.ts'
import type { RebalanceRow } from '../../../src/postgres/read-rebalances.ts'

function row(eventId: number, ms: number, eventType: RebalanceRow['eventType'], consumerId: string, partition: number | null): RebalanceRow {
  return { eventId, eventType, consumerId, partition, topic: 'sensor-data', timestamp: new Date(Date.parse('2026-01-31T12:00:00Z') + ms) }
}

// Newest first, as they are read.
const ROWS = [
  row(6, 5_000, 'partition_assigned', 'consumer-001', 1), row(5, 310, 'rebalance_complete', 'consumer-001', null),
  row(4, 310, 'partition_assigned', 'consumer-001', 2), row(3, 305, 'partition_assigned', 'consumer-002', 1),
  row(2, 300, 'partition_assigned', 'consumer-001', 0), row(1, 100, 'partition_revoked', 'consumer-002', null),
]

test('events of one moment are one line, oldest first', () => {
  assert.deepEqual(rebalanceLines(ROWS, 'text').map(({ text }) => text), [
    '12:00:00.100  -- rebalance: consumer-002 gave up no partition',
    '12:00:00.300  -- rebalance: consumer-001 got partitions 0,2',
    '12:00:00.305  -- rebalance: consumer-002 got partition 1',
    '12:00:00.310  -- rebalance: consumer-001 is done',
    '12:00:05.000  -- rebalance: consumer-001 got partition 1',
  ])
})

test('as JSON each event is a line with the names of the contract', () => {
  const lines = rebalanceLines(ROWS, 'json').map(({ text }) => JSON.parse(text) as unknown)
  assert.equal(lines.length, ROWS.length)
  assert.deepEqual(lines[1], {
    rebalancing_event: {
      event_type: 'partition_assigned', consumer_id: 'consumer-001', partition_number: 0, topic_name: 'sensor-data',
      timestamp: '2026-01-31T12:00:00.300Z', event_id: 2,
    },
  })
})
