import { SENSOR_TYPE_NAMES } from '../../contract/sensor-types.ts'
import { SENSOR_STATUSES } from '../../contract/sensor.ts'

const HOUR_MS = 3_600_000
/** How much of a history is shown, and how often it is asked for. */
export const SPANS = {
  '1h': { text: '1 h', ms: HOUR_MS, everyMs: 10_000 }, '24h': { text: '24 h', ms: 24 * HOUR_MS, everyMs: 30_000 },
  '7d': { text: '7 d', ms: 168 * HOUR_MS, everyMs: 60_000 }, '30d': { text: '30 d', ms: 720 * HOUR_MS, everyMs: 60_000 },
} as const
export type SpanName = keyof typeof SPANS
export const SPAN_NAMES = Object.keys(SPANS) as SpanName[]

/** The orders of the list, by their names in GET /api/sensors. */
export const SORTS = [
  ['id', 'id'], ['alarms', 'most urgent alarms first'], ['name', 'name'], ['machine', 'machine'], ['newest', 'newest reading first'],
  ['learned', 'least learned first'],
] as const

/** Which sensors are listed; empty: all. */
export interface Filter {
  readonly search: string
  readonly type: string
  readonly machine: string
  readonly status: string
  readonly sort: string
}

/** Where the address says that we are: at one sensor, or at a page of the list. */
export type Place =
  | { readonly id: string, readonly span: SpanName }
  | { readonly id: null, readonly filter: Filter, readonly page: number }

const NAME_LENGTH = 256

/** Reads `#id=temp-sensor-001&span=24h` and `#machine=press-12&page=2`; what makes no sense is left out. */
export function parsePlace(hash: string): Place {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const id = given.get('id') ?? ''
  if (id !== '') return { id, span: oneOf(SPAN_NAMES, given.get('span')) ?? '1h' }
  const text = (name: string): string => (given.get(name) ?? '').trim().slice(0, NAME_LENGTH)
  return {
    id: null, page: Math.max(1, Math.trunc(Number(given.get('page'))) || 1),
    filter: {
      search: text('search'), machine: text('machine'), type: oneOf(SENSOR_TYPE_NAMES, given.get('type')) ?? '',
      status: oneOf(SENSOR_STATUSES, given.get('status')) ?? '', sort: oneOf(SORTS.map(([name]) => name), given.get('sort')) ?? 'id',
    },
  }
}

export function formatSensor(id: string, span?: SpanName): string {
  return `#${new URLSearchParams({ id, ...span === undefined ? {} : { span } }).toString()}`
}

export function formatList(filter: Partial<Filter>, page = 1): string {
  return `#${new URLSearchParams({ ...filterParts(filter), ...page > 1 ? { page: String(page) } : {} }).toString()}`
}

/** For the address, and as the query of GET /api/sensors: what isn't all. */
export function filterParts(filter: Partial<Filter>): Record<string, string> {
  return Object.fromEntries(Object.entries<string>({ ...filter }).filter(([name, value]) => value !== '' && !(name === 'sort' && value === 'id')))
}

function oneOf<Name extends string>(names: readonly Name[], given: string | null): Name | undefined {
  return names.find((name) => name === given)
}
