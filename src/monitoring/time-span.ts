import { parseTimestamp } from '../contract/timestamp.ts'
import { RequestError } from './request-error.ts'

const DEFAULT_SPAN_MS = 3_600_000

/**
 * From and to of a question, milliseconds since 1970: the hour before `to` (or another span) unless told, and `to` is now unless told. Throws a
 * `RequestError` that says what is allowed.
 */
export function readSpan(
  question: { readonly from?: string, readonly to?: string }, nowMs: number, defaultSpanMs = DEFAULT_SPAN_MS,
): { fromMs: number, toMs: number } {
  const toMs = question.to === undefined ? nowMs : Math.ceil(readTime('to', question.to))
  const fromMs = question.from === undefined ? Math.max(0, toMs - defaultSpanMs) : Math.floor(readTime('from', question.from))
  if (fromMs >= toMs) throw new RequestError(400, `from must be before to, which is ${new Date(toMs).toISOString()}`)
  return { fromMs, toMs }
}

function readTime(name: string, text: string): number {
  const timeUs = parseTimestamp(text)
  if (timeUs === null) throw new RequestError(400, `${name} must be ISO 8601, such as 2026-01-31T12:00:00Z`)
  if (timeUs < 0) throw new RequestError(400, `${name} must not be before 1970`)
  return timeUs / 1000
}
