import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readConfig } from '../../../src/monitoring/config.ts'

test('the monitoring service listens on this machine alone unless told otherwise', () => {
  const config = readConfig({})
  assert.deepEqual([config.host, config.port], ['127.0.0.1', 5000])
  assert.equal(readConfig({ MONITORING_HOST: '0.0.0.0' }).host, '0.0.0.0')
})

test('names and proxies are lists', () => {
  const config = readConfig({ MONITORING_ALLOWED_HOSTS: 'plant.example, factory.example', MONITORING_TRUST_PROXY: '10.0.0.7,fd00::/8' })
  assert.deepEqual([config.allowedHosts, config.trustedProxies], [['plant.example', 'factory.example'], ['10.0.0.7', 'fd00::/8']])
  for (const wrong of ['true', '1', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.0/8/8', 'plant.example', '10.0.0.7,']) {
    assert.throws(() => readConfig({ MONITORING_TRUST_PROXY: wrong }), { name: 'ExitError', message: /^MONITORING_TRUST_PROXY is ".*"; it must be addresses/ }, wrong)
  }
  for (const wrong of ['https://plant.example', 'plant.example:5000', '*', '.example']) {
    assert.throws(() => readConfig({ MONITORING_ALLOWED_HOSTS: wrong }), { name: 'ExitError', message: /^MONITORING_ALLOWED_HOSTS is / }, wrong)
  }
})

test('a wrong variable is named with its value and what is allowed', () => {
  assert.throws(() => readConfig({ MONITORING_PORT: '70000' }), { name: 'ExitError', message: 'MONITORING_PORT is "70000"; it must be a whole number from 1 to 65535' })
  assert.throws(() => readConfig({ MONITORING_HOST: 'a b' }), { name: 'ExitError', message: /^MONITORING_HOST is "a b"; it must be / })
  assert.throws(() => readConfig({ DATABASE_URL: 'mysql://x:secret@y/z' }), (error: Error) =>
    error.message.startsWith('DATABASE_URL is not valid') && !error.message.includes('secret'))
})

describe('the login by a provider', () => {
  const WHOLE = {
    OIDC_ISSUER: 'https://login.example/realms/plant', OIDC_CLIENT_ID: 'factory', OIDC_CLIENT_SECRET: 'hidden', OIDC_ADMIN_VALUES: 'plant-admins, it',
    MONITORING_PUBLIC_URL: 'https://factory.example/',
  }
  const failureOf = (change: Record<string, string>): string => {
    try {
      readConfig({ ...WHOLE, ...change })
    } catch (error) {
      assert.equal((error as Error).name, 'ExitError')
      assert.doesNotMatch((error as Error).message, /hidden|\n/)
      return (error as Error).message
    }
    return assert.fail(`no failure: ${JSON.stringify(change)}`)
  }

  test('is read with its defaults, and absent without an issuer', () => {
    assert.equal(readConfig({}).oidc, null)
    assert.deepEqual(readConfig(WHOLE).oidc, {
      issuer: new URL(WHOLE.OIDC_ISSUER), clientId: 'factory', clientSecret: 'hidden', scopes: 'openid profile email', roleClaim: 'groups',
      roleValues: { viewer: [], operator: [], admin: ['plant-admins', 'it'] }, label: 'Company login', publicUrl: 'https://factory.example',
    })
    assert.equal(readConfig({ ...WHOLE, OIDC_ISSUER: 'http://[::1]:8080' }).oidc?.issuer.href, 'http://[::1]:8080/')
  })

  test('takes its secret from a file', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'oidc-secret-'))
    t.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'secret'), 'of the file\n')
    assert.equal(readConfig({ ...WHOLE, OIDC_CLIENT_SECRET: '', OIDC_CLIENT_SECRET_FILE: join(folder, 'secret') }).oidc?.clientSecret, 'of the file')
  })

  test('that is only half configured names what is missing', () => {
    for (const name of ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'MONITORING_PUBLIC_URL']) assert.equal(failureOf({ [name]: '' }), `OIDC_ISSUER is set, but ${name} is not`)
    assert.equal(failureOf({ OIDC_ADMIN_VALUES: '' }),
      'OIDC_ISSUER is set, but none of OIDC_ADMIN_VALUES, OIDC_OPERATOR_VALUES, OIDC_VIEWER_VALUES is, so nobody would have a role')
    assert.equal(failureOf({ OIDC_ISSUER: '' }), 'OIDC_CLIENT_ID is set, but OIDC_ISSUER is not')
    assert.equal(readConfig({ MONITORING_PUBLIC_URL: 'https://factory.example' }).publicUrl?.href, 'https://factory.example/')
    for (const name of ['OIDC_CLIENT_SECRET', 'OIDC_VIEWER_VALUES'] as const) {
      assert.throws(() => readConfig({ [name]: 'x' }), { name: 'ExitError', message: `${name} is set, but OIDC_ISSUER is not` })
    }
  })

  test('that is wrong is named', () => {
    for (const url of ['login.example', 'ftp://login.example', 'https://a:b@login.example', 'https://login.example?x=1', 'https://login.example#x']) {
      assert.match(failureOf({ OIDC_ISSUER: url }), /^OIDC_ISSUER is ".*"; it must be an address like/, url)
    }
    for (const url of ['factory.example', 'https://factory.example/path', 'https://factory.example/?x', 'javascript:alert(1)']) {
      assert.match(failureOf({ MONITORING_PUBLIC_URL: url }), /^MONITORING_PUBLIC_URL is ".*"; it must be an address like/, url)
    }
    assert.equal(failureOf({ OIDC_ISSUER: 'http://login.example' }), 'OIDC_ISSUER is "http://login.example/"; it must be at https, unless it is on this machine')
    assert.match(failureOf({ OIDC_SCOPES: 'profile' }), /^OIDC_SCOPES is "profile"; it must be "openid" and others/)
    assert.match(failureOf({ OIDC_VIEWER_VALUES: 'a,,b' }), /^OIDC_VIEWER_VALUES is "a,,b"; it must be texts, with commas between/)
    assert.match(failureOf({ OIDC_LABEL: 'x'.repeat(41) }), /^OIDC_LABEL is /)
  })
})
