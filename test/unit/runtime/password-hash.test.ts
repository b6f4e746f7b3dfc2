import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'
import { DECOY_HASH, hashPassword, verifyPassword } from '../../../src/runtime/password-hash.ts'

test('a password is verified by its hash, which is another one each time', async () => {
  const [one, other] = await Promise.all([hashPassword('pässword 123'), hashPassword('pässword 123')])
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.notEqual(one, other)
  assert.equal(await verifyPassword('pässword 123', one), true)
  // The letter as two code points.
  assert.equal(await verifyPassword('pa\u0308ssword 123', one), true)
  assert.equal(await verifyPassword('Pässword 123', one), false)
  assert.equal(await verifyPassword('pässword 123', DECOY_HASH), false)
})

test('a hash of another kind is refused', async () => {
  await assert.rejects(verifyPassword('x', '$2b$10$something'), /not argon2id/)
})

test('the numbers are those of RFC 9106', async () => {
  // Computed by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1
  const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await verifyPassword('password', known), true)
})

test('they are the same where Node.js has no argon2 of its own', async (t) => {
  const { argon2 } = crypto
  const stored = await hashPassword('pässword 123')
  Object.assign(crypto, { argon2: undefined })
  t.after(() => void Object.assign(crypto, { argon2 }))
  assert.equal(await verifyPassword('pässword 123', stored), true)
  assert.equal(await verifyPassword('Pässword 123', stored), false)
})
