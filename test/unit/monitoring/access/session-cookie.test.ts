import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openTicket, readCookie, sealTicket, setCookie } from '../../../../src/monitoring/access/session-cookie.ts'
import type { Ticket } from '../../../../src/monitoring/access/session-cookie.ts'

const KEY = Buffer.alloc(32, 1)
const TICKET: Ticket = { id: 'the-id', account: 'anna', role: 'operator', freshUntilMs: 2_000, endsAtMs: 3_000 }

describe('a ticket', () => {
  test('is opened by the key that sealed it, until it is no longer fresh', () => {
    const sealed = sealTicket(TICKET, KEY)
    assert.deepEqual(openTicket(sealed, KEY, 1_999), TICKET)
    assert.equal(openTicket(sealed, KEY, 2_000), null)
    assert.equal(openTicket(sealTicket({ ...TICKET, freshUntilMs: 9_000 }, KEY), KEY, 3_000), null)
    assert.equal(openTicket(sealed, Buffer.alloc(32, 2), 0), null)
  })

  test('that was changed is not one', () => {
    const [payload = '', signature = ''] = sealTicket(TICKET, KEY).split('.')
    const other = Buffer.from(JSON.stringify({ ...TICKET, role: 'admin' })).toString('base64url')
    for (const sealed of [`${other}.${signature}`, payload, `${payload}.`, `${payload}.${signature.slice(2)}`, `${payload}.${signature}.x`, '', '.', 'é.é']) {
      assert.equal(openTicket(sealed, KEY, 0), null, sealed)
    }
  })
})

describe('the cookie', () => {
  test('is kept from scripts and from other sites, and bound to the host where there is TLS', () => {
    assert.equal(setCookie('x', 900, false), 'factory_session=x; Path=/; Max-Age=900; HttpOnly; SameSite=Strict')
    assert.equal(setCookie('x', 900, true), '__Host-factory_session=x; Path=/; Max-Age=900; HttpOnly; SameSite=Strict; Secure')
  })

  test('is found among others', () => {
    assert.equal(readCookie('a=1; factory_session=x.y; b=2', false), 'x.y')
    assert.equal(readCookie('not_factory_session=x', false), undefined)
    // One that came without TLS doesn't count where there is.
    assert.equal(readCookie('factory_session=x', true), undefined)
    assert.equal(readCookie(undefined, false), undefined)
  })
})
