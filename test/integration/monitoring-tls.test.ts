import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { readConfig } from '../../src/monitoring/config.ts'
import { testDatabase } from '../harness/plant.ts'
import { PASSWORD, addAccount, startAccess } from './access-client.ts'
import { makeCertificates } from './certificates.ts'
import { openPool } from './monitoring-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'monitoring-tls-'))
const { ca, cert, key, keystore } = makeCertificates(folder)

describe('TLS by files', () => {
  after(() => rmSync(folder, { recursive: true }))

  test('gives https alone, and a cookie that is bound to the host', async (t) => {
    const { databaseUrl } = await testDatabase(t)
    await addAccount(openPool(t, databaseUrl), 'anna', 'viewer')
    const { tls = null } = readConfig({ MONITORING_TLS_CERT_FILE: cert, MONITORING_TLS_KEY_FILE: key })
    const { url } = await startAccess(t, databaseUrl, { tls })
    assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/)
    const login = await ask(url, 'POST', '/api/login', {}, { name: 'anna', password: PASSWORD })
    assert.equal(login.statusCode, 200)
    assert.equal(login.headers['strict-transport-security'], 'max-age=31536000')
    const [cookie = ''] = login.headers['set-cookie'] ?? []
    assert.match(cookie, /^__Host-factory_session=[\w-]+\.[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/)
    assert.equal((await ask(url, 'GET', '/api/ledger', { cookie: cookie.split(';')[0] ?? '' })).statusCode, 200)
    assert.equal((await ask(url, 'GET', '/api/ledger')).statusCode, 401)
    await assert.rejects(fetch(url.replace('https', 'http')))
  })

  test('that are missing, wrong, or not a pair are named', () => {
    const other = join(folder, 'other.txt')
    writeFileSync(other, 'no PEM')
    const reading = (certFile: string, keyFile: string) => () => readConfig({ MONITORING_TLS_CERT_FILE: certFile, MONITORING_TLS_KEY_FILE: keyFile })
    assert.throws(reading(cert, ''), { name: 'ExitError', message: 'MONITORING_TLS_CERT_FILE is set, but MONITORING_TLS_KEY_FILE is not' })
    assert.throws(reading('', key), { name: 'ExitError', message: 'MONITORING_TLS_KEY_FILE is set, but MONITORING_TLS_CERT_FILE is not' })
    assert.throws(reading(cert, join(folder, 'nothing')), { name: 'ExitError', message: /^MONITORING_TLS_KEY_FILE names a file that can't be read: ENOENT/ })
    for (const [certFile, keyFile] of [[other, key], [cert, other], [ca, keystore]] as const) {
      assert.throws(reading(certFile, keyFile), { name: 'ExitError', message: /must be a certificate and its key, as PEM: .+/ })
    }
  })
})

/** The certificate is one for localhost. */
function ask(url: string, method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request(url + path, {
      method, ca: readFileSync(ca), servername: 'localhost', agent: false,
      headers: { 'x-factory-request': '1', ...body === undefined ? {} : { 'content-type': 'application/json' }, ...headers },
    }, (response) => {
      response.resume().on('end', () => resolve(response))
    })
    asking.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}
