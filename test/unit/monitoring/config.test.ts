import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../../src/monitoring/config.ts'

test('the monitoring service listens on this machine alone unless told otherwise', () => {
  const config = readConfig({})
  assert.deepEqual([config.host, config.port], ['127.0.0.1', 5000])
  assert.equal(readConfig({ MONITORING_HOST: '0.0.0.0' }).host, '0.0.0.0')
})

test('a wrong variable is named with its value and what is allowed', () => {
  assert.throws(() => readConfig({ MONITORING_PORT: '70000' }), { name: 'ExitError', message: 'MONITORING_PORT is "70000"; it must be a whole number from 1 to 65535' })
  assert.throws(() => readConfig({ MONITORING_HOST: 'a b' }), { name: 'ExitError', message: /^MONITORING_HOST is "a b"; it must be / })
  assert.throws(() => readConfig({ DATABASE_URL: 'mysql://x:secret@y/z' }), (error: Error) =>
    error.message.startsWith('DATABASE_URL is not valid') && !error.message.includes('secret'))
})
