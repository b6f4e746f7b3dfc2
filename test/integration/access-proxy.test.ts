import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../harness/plant.ts'
import { PASSWORD, addAccount, startAccess } from './access-client.ts'
import { openPool } from './monitoring-client.ts'

const FROM = (address: string): { headers: Record<string, string> } => ({ headers: { 'x-forwarded-for': address } })

test('behind a proxy that is trusted each address counts for itself, an IPv6 network as one', async (t) => {
  const { databaseUrl } = await testDatabase(t)
  const db = openPool(t, databaseUrl)
  await addAccount(db, 'anna', 'admin')
  const api = await startAccess(t, databaseUrl, { trustedProxies: ['127.0.0.1'] })
  const fail = async (index: number): Promise<number> =>
    (await api.ask('POST', '/api/login', { body: { name: `nobody-${index}`, password: 'wrong' }, ...FROM(`2001:db8::${index.toString(16)}`) })).status
  for (let index = 1; index <= 30; index++) assert.equal(await fail(index), 401, String(index))
  assert.equal(await fail(31), 429)
  const body = { name: 'anna', password: PASSWORD }
  assert.equal((await api.ask('POST', '/api/login', { body, ...FROM('2001:db8:0:1::1') })).status, 200)
  const { rows } = await db.query('select address from audit_log where action = $1 and outcome = $2', ['login', 'done'])
  assert.deepEqual(rows, [{ address: '2001:db8:0:1::1' }])
})

test('without one, nobody chooses the address they are counted under', async (t) => {
  const { databaseUrl } = await testDatabase(t)
  const db = openPool(t, databaseUrl)
  await addAccount(db, 'anna', 'admin')
  const api = await startAccess(t, databaseUrl)
  assert.equal((await api.ask('POST', '/api/login', { body: { name: 'anna', password: PASSWORD }, ...FROM('203.0.113.7') })).status, 200)
  const { rows } = await db.query('select address from audit_log where action = $1', ['login'])
  assert.deepEqual(rows, [{ address: '127.0.0.1' }])
})
