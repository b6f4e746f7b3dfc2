import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCredentialCheck, hashOf } from '../../../../src/monitoring/access/credential-check.ts'
import type { Identity } from '../../../../src/monitoring/access/credential-check.ts'

const ANNA: Identity = { account: 'anna', role: 'viewer', endsAtMs: 1e15 }
const HASH = hashOf('a token')

function start() {
  const state = { now: 0, asked: 0, answer: (): Identity | null => ANNA }
  const check = createCredentialCheck(async () => {
    state.asked++
    return state.answer()
  }, () => state.now)
  const down = (): never => { throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) }
  return { state, check, down }
}

describe('a credential', () => {
  test('is asked about once in ten seconds, however many come at once', async () => {
    const { state, check } = start()
    await Promise.all(Array.from({ length: 5 }, () => check.check(HASH)))
    state.now = 9_999
    assert.deepEqual(await check.check(HASH), { identity: ANNA, confirmed: true })
    assert.equal(state.asked, 1)
    state.answer = () => null
    state.now = 10_000
    assert.deepEqual(await check.check(HASH), { identity: null, confirmed: true })
    assert.equal(state.asked, 2)
  })

  test('counts for a quarter of an hour while the database is down, and one that is over stays so', async () => {
    const { state, check, down } = start()
    await check.check(HASH)
    check.end(hashOf('over'))
    state.answer = down
    state.now = 14 * 60_000
    assert.deepEqual(await check.check(HASH), { identity: ANNA, confirmed: false })
    assert.deepEqual(await check.check(hashOf('over')), { identity: null, confirmed: false })
    assert.deepEqual(await check.check(hashOf('never seen')), { identity: undefined, confirmed: false })
    // Who comes meanwhile doesn't wait for a database that is down.
    assert.equal(state.asked, 2)
    state.now = 15 * 60_000
    assert.deepEqual(await check.check(HASH), { identity: undefined, confirmed: false })
  })

  test('that was ended, or that may have changed, is not taken from memory', async () => {
    const { state, check } = start()
    await check.check(HASH)
    check.end(HASH)
    assert.equal((await check.check(HASH)).identity, null)
    check.forgetAll()
    assert.equal((await check.check(HASH)).identity, ANNA)
    assert.equal(state.asked, 2)
  })

  test('fails with what nobody expected', async () => {
    const { state, check } = start()
    state.answer = () => { throw new TypeError('a bug') }
    await assert.rejects(check.check(HASH), TypeError)
  })
})
