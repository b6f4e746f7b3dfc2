import type { Checks } from './oidc-provider.ts'
import { readCookie, seal, setCookie, unseal } from './session-cookie.ts'

/** Somebody is at the provider: what has to fit when they come back, and where they go then. */
export interface Trip extends Checks {
  /** Path of a page, with its query and its fragment. */
  readonly to: string
  /** Milliseconds since 1970. */
  readonly untilMs: number
}

/** So long somebody may take to log in there. */
export const TRIP_S = 10 * 60
const COOKIE = 'factory_login'

/** The value of a Set-Cookie header. Lax, as the way back begins at another site. */
export function setTripCookie(trip: Trip, key: Buffer, secure: boolean): string {
  return setCookie(seal(trip, key), TRIP_S, secure, COOKIE, 'Lax')
}

export function removeTripCookie(secure: boolean): string {
  return setCookie('', 0, secure, COOKIE, 'Lax')
}

/** Null unless a Cookie header has one that was sealed with this key and still holds. */
export function readTripCookie(header: string | undefined, key: Buffer, nowMs: number, secure: boolean): Trip | null {
  const trip = unseal(readCookie(header, secure, COOKIE) ?? '', key) as Trip | null
  return trip !== null && trip.untilMs > nowMs ? trip : null
}
