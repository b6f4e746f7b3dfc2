import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readAccounts } from '../../src/postgres/accounts.ts'
import { insertProviderAccount } from '../../src/postgres/provider-accounts.ts'
import { DECOY_HASH } from '../../src/runtime/password-hash.ts'
import { testDatabase } from '../harness/plant.ts'
import { startAccess } from './access-client.ts'
import { openPool } from './monitoring-client.ts'

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

test('make admin makes an account, renews it and shuts it out, and says so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'admin-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'password')
  writeFileSync(file, 'the first password\n')
  // Not migrated yet: the command does it.
  const { databaseUrl } = await testDatabase(t, 'empty')
  const db = openPool(t, databaseUrl)
  const run = (variables: Record<string, string>): Promise<[code: number, said: string]> => new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', MONITORING_URL: 'http://127.0.0.1:1', KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: databaseUrl, ...variables }
    const child = execFile(process.execPath, [CLI, 'admin'], { env }, (error, stdout, stderr) => {
      resolve([error === null ? 0 : Number(error.code), stdout + stderr])
    })
    child.stdin?.end()
  })

  assert.deepEqual(await run({}), [2, 'say whose account: make admin NAME=anna\n'])
  assert.deepEqual(await run({ NAME: 'Anna', PASSWORD_FILE: file }),
    [2, 'NAME is "Anna"; it must be a small letter or a digit, then small letters, digits and . _ @ -, 64 at most\n'])
  assert.deepEqual(await run({ NAME: 'anna' }), [1, 'there is no terminal to type the password on; give a file: PASSWORD_FILE=…\n'])
  assert.deepEqual(await run({ NAME: 'anna', PASSWORD_FILE: file }), [0, 'made the account anna, role admin\n'])
  const api = await startAccess(t, databaseUrl)
  const cookie = await api.login('anna', 'the first password')
  assert.equal((await api.ask('GET', '/api/accounts', { cookie })).status, 200)

  writeFileSync(file, 'another password')
  assert.deepEqual(await run({ NAME: 'anna', ROLE: 'viewer', PASSWORD_FILE: file }),
    [0, 'gave anna the new password, role viewer, was admin; its sessions are over\n'])
  await api.login('anna', 'another password')
  assert.equal((await api.ask('POST', '/api/login', { body: { name: 'anna', password: 'the first password' } })).status, 401)

  assert.deepEqual(await run({ NAME: 'anna', DISABLE: '1' }), [0, 'disabled anna; its sessions and tokens are over\n'])
  assert.deepEqual(await run({ NAME: 'berta', DISABLE: '1' }), [1, 'there is no account "berta"\n'])
  const again = await run({ NAME: 'anna', ROLE: 'admin', PASSWORD_FILE: file })
  assert.deepEqual(again, [0, 'gave anna the new password, role admin, was viewer; it can log in again; its sessions are over\n'])
  assert.deepEqual(await run({ NAME: 'anna', DISABLE: '1' }), [1, '"anna" is the last admin; make another one first\n'])

  // One of a provider has no password, and may always be shut out.
  assert.ok(await insertProviderAccount(db, { name: 'otto', role: 'admin', issuer: 'https://login.example', subject: '1', passwordHash: DECOY_HASH }))
  assert.deepEqual(await run({ NAME: 'anna', DISABLE: '1' }), [1, '"anna" is the last admin; make another one first\n'])
  assert.deepEqual(await run({ NAME: 'otto', PASSWORD_FILE: file }),
    [1, '"otto" logs in by the single sign-on, so it has no password and gets its role there; take another name\n'])
  assert.deepEqual(await run({ NAME: 'otto', DISABLE: '1' }), [0, 'disabled otto; its sessions and tokens are over\n'])

  writeFileSync(file, 'short')
  assert.deepEqual(await run({ NAME: 'anna', PASSWORD_FILE: file }), [1, 'the password must have 12 to 256 characters; it has 5\n'])
  assert.equal((await readAccounts(db)).length, 2)
  const { rows } = await db.query<{ action: string }>('select action from audit_log where address is null order by audit_id')
  assert.deepEqual(rows.map(({ action }) => action), ['account.create', 'account.renew', 'account.disable', 'account.renew', 'account.disable'])
})
