import type { RebalanceRow } from '../postgres/read-rebalances.ts'
import { oneLine, timeOfDay } from './columns.ts'
import type { ShownLine } from './shown-message.ts'
import { coloured } from './terminal.ts'

/** Events of one kind, of one consumer, within this time are one line. */
const SAME_MOMENT_MS = 1_000

/** Rebalancing events in any order as lines, oldest first; a consumer that gets three partitions at once is one. As JSON, one line each. */
export function rebalanceLines(rows: readonly RebalanceRow[], format: 'text' | 'json'): ShownLine[] {
  const ordered = rows.toSorted((a, b) => a.timestamp.getTime() - b.timestamp.getTime() || a.eventId - b.eventId)
  if (format === 'json') return ordered.map((row) => ({ timeMs: row.timestamp.getTime(), text: JSON.stringify({ rebalancing_event: asContract(row) }) }))
  const groups: { readonly first: RebalanceRow, readonly rows: RebalanceRow[] }[] = []
  for (const row of ordered) {
    const group = groups.findLast(({ first }) => isSameMoment(first, row))
    if (group === undefined) groups.push({ first: row, rows: [row] })
    else group.rows.push(row)
  }
  return groups.map(({ first, rows: together }) => {
    const timeMs = first.timestamp.getTime()
    return { timeMs, text: coloured('cyan', `${timeOfDay(timeMs)}  -- rebalance: ${oneLine(first.consumerId)} ${whatOf(first, together)}`) }
  })
}

function isSameMoment(a: RebalanceRow, b: RebalanceRow): boolean {
  return a.eventType === b.eventType && a.consumerId === b.consumerId && b.timestamp.getTime() - a.timestamp.getTime() < SAME_MOMENT_MS
}

function whatOf({ eventType }: RebalanceRow, rows: readonly RebalanceRow[]): string {
  const numbers = [...new Set(rows.flatMap(({ partition }) => partition ?? []))].sort((a, b) => a - b)
  const partitions = numbers.length === 0 ? 'no partition' : `partition${numbers.length === 1 ? '' : 's'} ${numbers.join(',')}`
  switch (eventType) {
    case 'partition_assigned': return `got ${partitions}`
    case 'partition_revoked': return `gave up ${partitions}`
    case 'rebalance_start': return 'began'
    case 'rebalance_complete': return 'is done'
  }
}

function asContract(row: RebalanceRow): object {
  return {
    event_type: row.eventType, consumer_id: row.consumerId, partition_number: row.partition, topic_name: row.topic,
    timestamp: row.timestamp.toISOString(), event_id: row.eventId,
  }
}
