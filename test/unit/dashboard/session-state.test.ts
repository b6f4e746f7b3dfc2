import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '../../../src/contract/access-api.ts'
import { UNKNOWN_SESSION, loginForm, withLogout, withSession } from '../../../src/dashboard/session-state.ts'
import type { SessionState } from '../../../src/dashboard/session-state.ts'

const session = (account: string | null, read: boolean): Session => ({
  account, role: account === null ? null : 'viewer', accounts: true, demo: false, single_sign_on: null, ends_at: null,
  may: { read, operate: false, administer: false },
})
const OUT = session(null, false)
const READER = session(null, true)
const ANNA = session('anna', true)
const after = (...seen: readonly Session[]): SessionState => seen.reduce(withSession, UNKNOWN_SESSION)

test('a form is shown where nothing may be seen without a login, and where what the viewer had has ended', () => {
  assert.equal(loginForm(UNKNOWN_SESSION), 'none')
  assert.equal(loginForm(after(OUT)), 'needed')
  assert.equal(loginForm(after(OUT, ANNA)), 'none')
  assert.equal(loginForm(after(ANNA, OUT)), 'ended')
  assert.equal(loginForm(after(ANNA, OUT, OUT)), 'ended')
  assert.equal(loginForm(after(ANNA, OUT, ANNA)), 'none')
  // The first account was made while somebody watched.
  assert.equal(loginForm(after(READER, OUT)), 'ended')
  // Where everybody may read, too, a login that is over is said.
  assert.equal(loginForm(after(ANNA, READER)), 'ended')
  assert.equal(loginForm(withLogout(OUT)), 'needed')
  assert.equal(loginForm(withLogout(READER)), 'none')
})

test('who may read may log in all the same', () => {
  const wanted = { ...after(READER), wanted: true }
  assert.equal(loginForm(wanted), 'wanted')
  assert.equal(loginForm(withSession(wanted, READER)), 'wanted')
  assert.equal(loginForm(withSession(wanted, ANNA)), 'none')
})
