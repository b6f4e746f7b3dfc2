import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTicket, sealTicket } from '../../../../src/monitoring/access/session-cookie.ts'
import { readTripCookie, removeTripCookie, setTripCookie } from '../../../../src/monitoring/access/sign-on-cookie.ts'

const KEY = Buffer.alloc(32, 1)
const TRIP = { state: 's', nonce: 'n', verifier: 'v', to: '/kafka', untilMs: 2_000 }
const headerOf = (setCookie: string): string => setCookie.split(';')[0] ?? ''

test('the cookie of a login on its way is bound to the host where there is TLS, and comes along from another site', () => {
  assert.match(setTripCookie(TRIP, KEY, false), /^factory_login=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/)
  assert.match(setTripCookie(TRIP, KEY, true), /^__Host-factory_login=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/)
  assert.equal(removeTripCookie(true), '__Host-factory_login=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure')
})

test('it is taken in its time, with its signature, and is no session', () => {
  const header = headerOf(setTripCookie(TRIP, KEY, false))
  assert.deepEqual(readTripCookie(`a=1; ${header}`, KEY, 1_999, false), TRIP)
  assert.equal(readTripCookie(header, KEY, 2_000, false), null)
  assert.equal(readTripCookie(header, Buffer.alloc(32, 2), 0, false), null)
  assert.equal(readTripCookie(header, KEY, 0, true), null)
  assert.equal(readTripCookie(undefined, KEY, 0, false), null)
  assert.equal(openTicket(header.slice('factory_login='.length), KEY, 0), null)
  const session = sealTicket({ id: 'x', account: 'anna', role: 'viewer', freshUntilMs: 9_000, endsAtMs: 9_000 }, KEY)
  assert.equal(readTripCookie(`factory_login=${session}`, KEY, 0, false), null)
})
