import type { JSX } from 'preact'
import { formatAge, formatTime, formatUtc } from '../format.ts'

/** A moment in the viewer's zone, with UTC on hover. */
export function Time({ at, now }: { at: number, now: number }): JSX.Element {
  return <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>{formatTime(at, now)}</time>
}

/** How long ago a moment was, ticking, with the moment in UTC on hover. */
export function Age({ at, now }: { at: number, now: number }): JSX.Element {
  return <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>{formatAge(now - at)} ago</time>
}

/** `since 10:31:05, 12 s`. The ticking part is hidden from screen readers, which would read every tick of a live region. */
export function Since({ at, now }: { at: number, now: number }): JSX.Element {
  return <>since <Time at={at} now={now} /><span aria-hidden="true">, {formatAge(now - at)}</span></>
}
