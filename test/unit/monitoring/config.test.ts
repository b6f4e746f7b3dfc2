import assert from 'node:assert/strict'
import { test } from 'node:test'
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
