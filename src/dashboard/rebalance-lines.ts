import type { RebalancingEvent } from '../contract/api.ts'
import { listed } from './format.ts'

export interface RebalanceLine {
  readonly key: number
  readonly eventType: RebalancingEvent['event_type']
  readonly consumerId: string
  readonly timestamp: string
  /** What the consumer did: `took partitions 0 and 2`. */
  readonly text: string
}

/** Events of one kind, of one consumer, within this time are one line. */
const SAME_MOMENT_MS = 1_000

/** Takes events newest first and gives readable lines, newest first; a consumer that takes three partitions at once is one line. */
export function rebalanceLines(events: readonly RebalancingEvent[]): RebalanceLine[] {
  const groups: RebalancingEvent[][] = []
  for (const event of events) {
    const group = groups.findLast((other) => other[0] !== undefined && isSameMoment(other[0], event))
    if (group === undefined) groups.push([event])
    else group.push(event)
  }
  return groups.flatMap((group) => {
    const [newest] = group
    if (newest === undefined) return []
    const { event_id, event_type, consumer_id, timestamp } = newest
    return [{ key: event_id, eventType: event_type, consumerId: consumer_id, timestamp, text: textOf(event_type, group) }]
  })
}

function isSameMoment(a: RebalancingEvent, b: RebalancingEvent): boolean {
  return a.event_type === b.event_type && a.consumer_id === b.consumer_id && a.topic_name === b.topic_name
    && Math.abs(Date.parse(a.timestamp) - Date.parse(b.timestamp)) < SAME_MOMENT_MS
}

function textOf(eventType: RebalancingEvent['event_type'], events: readonly RebalancingEvent[]): string {
  const numbers = [...new Set(events.flatMap(({ partition_number }) => partition_number ?? []))].sort((a, b) => a - b)
  const partitions = `partition${numbers.length === 1 ? '' : 's'} ${listed(numbers.map(String), 8)}`
  switch (eventType) {
    case 'partition_assigned': return numbers.length === 0 ? 'took no partition' : `took ${partitions}`
    case 'partition_revoked': return numbers.length === 0 ? 'gave up its partitions' : `gave up ${partitions}`
    case 'rebalance_start': return 'rebalance began'
    case 'rebalance_complete': return 'rebalance complete'
  }
}
