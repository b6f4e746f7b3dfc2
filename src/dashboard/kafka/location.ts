/** What the message browser shows; all of it is in the address, so that it can be sent to somebody. */
export interface Location {
  /** Null: none was chosen. */
  readonly topic: string | null
  /** Null: all of them. */
  readonly partition: number | null
  readonly from: From
  /** Empty: every message. */
  readonly search: string
  /** New messages are shown as they come. */
  readonly live: boolean
}

export type From =
  | { readonly kind: 'newest' }
  | { readonly kind: 'oldest' }
  /** Of one partition. */
  | { readonly kind: 'offset', readonly offset: number }
  /** ISO 8601, UTC. */
  | { readonly kind: 'time', readonly time: string }

export const NOWHERE: Location = { topic: null, partition: null, from: { kind: 'newest' }, search: '', live: false }

/** Reads `#topic=sensor-data&partition=1&offset=42`; what makes no sense is left out. */
export function parseLocation(hash: string): Location {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const partition = wholeNumber(given.get('partition'))
  const from = fromOf(given, partition)
  return {
    topic: given.get('topic') || null, partition, from, search: (given.get('search') ?? '').slice(0, 200),
    live: from.kind === 'newest' && given.get('live') === '1',
  }
}

export function formatLocation({ topic, partition, from, search, live }: Location): string {
  const parts = new URLSearchParams()
  if (topic !== null) parts.set('topic', topic)
  if (partition !== null) parts.set('partition', String(partition))
  if (from.kind === 'oldest') parts.set('from', 'oldest')
  if (from.kind === 'offset') parts.set('offset', String(from.offset))
  if (from.kind === 'time') parts.set('time', from.time)
  if (search !== '') parts.set('search', search)
  if (live) parts.set('live', '1')
  return `#${parts.toString()}`
}

/** The question to /api/kafka/messages for the first messages. */
export function firstQuestion({ topic, partition, from, search }: Location, limit: number): URLSearchParams {
  const query = new URLSearchParams({ topic: topic ?? '' })
  if (partition !== null) query.set('partition', String(partition))
  if (from.kind === 'newest') query.set('last', String(limit))
  else query.set('limit', String(limit))
  if (from.kind === 'offset') query.set('offset', String(from.offset))
  if (from.kind === 'time') query.set('time', from.time)
  // Before any message there is.
  if (from.kind === 'oldest') query.set('time', '1970-01-01T00:00:00Z')
  if (search !== '') query.set('search', search)
  return query
}

/** Messages stand in the order in which they are looked for: from the newest back, else from the oldest on. */
export function isNewestFirst({ from }: Location): boolean {
  return from.kind === 'newest'
}

function fromOf(given: URLSearchParams, partition: number | null): From {
  const offset = wholeNumber(given.get('offset'))
  if (offset !== null && partition !== null) return { kind: 'offset', offset }
  const timeMs = Date.parse(given.get('time') ?? '')
  if (!Number.isNaN(timeMs)) return { kind: 'time', time: new Date(timeMs).toISOString() }
  return { kind: given.get('from') === 'oldest' ? 'oldest' : 'newest' }
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}
