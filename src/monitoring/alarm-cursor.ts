import type { AlarmPosition, AlarmSort } from '../postgres/read-alarms.ts'
import { RequestError } from './request-error.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** What a position holds of each: microseconds since 1970, a rank, a name. */
const KEYS: Readonly<Record<AlarmSort, RegExp>> = {
  raised_at: /^-?\d{1,16}$/, changed_at: /^-?\d{1,16}$/, priority: /^[1-3]$/, sensor: /^[^\0]{1,255}$/, machine: /^[^\0]{1,255}$/,
}

/** A place in the order of alarms, as a text for the address of the next page. */
export function formatCursor({ key, episodeId }: AlarmPosition): string {
  return Buffer.from(`${episodeId} ${key}`).toString('base64url')
}

/** Throws a `RequestError` for what isn't one of ours, of this order. */
export function parseCursor(text: string, sort: AlarmSort): AlarmPosition {
  const decoded = Buffer.from(text, 'base64url').toString()
  const episodeId = decoded.slice(0, 36)
  const key = decoded.slice(37)
  if (!UUID.test(episodeId) || !KEYS[sort].test(key)) throw new RequestError(400, 'cursor must be that of an answer in the same order')
  return { key, episodeId }
}
