import { createHmac, timingSafeEqual } from 'node:crypto'
import { ROLES } from '../../contract/access-api.ts'
import type { Role } from '../../contract/access-api.ts'

/** What a cookie says: it is signed, so it is believed while PostgreSQL can't be asked. Times are milliseconds since 1970. */
export interface Ticket {
  /** 32 random bytes, base64url. */
  readonly id: string
  readonly account: string
  readonly role: Role
  /** The cookie is not taken from then on; while its owner is active it is made anew. */
  readonly freshUntilMs: number
  /** The session ends then, however active. */
  readonly endsAtMs: number
}

/** `payload.signature`, both base64url; the signature is HMAC-SHA-256. */
export function seal(content: object, key: Buffer): string {
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url')
  return `${payload}.${sign(payload, key).toString('base64url')}`
}

/** What was sealed with this key, else null. It is ours, so it has the shape that we gave it; an older release may have given it another. */
export function unseal(sealed: string, key: Buffer): unknown {
  const [payload = '', signature = '', ...rest] = sealed.split('.')
  const given = Buffer.from(signature, 'base64url')
  const expected = sign(payload, key)
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

export function sealTicket(ticket: Ticket, key: Buffer): string {
  return seal(ticket, key)
}

/** Null unless it was sealed with this key and still holds. */
export function openTicket(sealed: string, key: Buffer, nowMs: number): Ticket | null {
  const ticket = unseal(sealed, key) as Ticket | null
  if (ticket === null || !ROLES.includes(ticket.role) || !(ticket.freshUntilMs > nowMs && ticket.endsAtMs > nowMs)) return null
  return ticket
}

function sign(payload: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(payload).digest()
}

const SESSION_COOKIE = 'factory_session'

/** `__Host-`: the browser takes it only by TLS, from this host itself. */
function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name
}

/** The value of a Set-Cookie header. An age of 0 removes the cookie. */
export function setCookie(
  value: string, maxAgeS: number, secure: boolean, name = SESSION_COOKIE, sameSite: 'Strict' | 'Lax' = 'Strict',
): string {
  return `${cookieName(name, secure)}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`
}

/** The session's cookie in a Cookie header, or the one of this name. */
export function readCookie(header: string | undefined, secure: boolean, name = SESSION_COOKIE): string | undefined {
  const prefix = `${cookieName(name, secure)}=`
  return header?.split(';').map((each) => each.trim()).find((each) => each.startsWith(prefix))?.slice(prefix.length)
}
