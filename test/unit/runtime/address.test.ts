import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../../src/runtime/address.ts'

test('an address is a host and a port', () => {
  assert.deepEqual(parseAddress('kafka1:29092'), { host: 'kafka1', port: 29_092 })
  assert.deepEqual(parseAddress('127.0.0.1:9092'), { host: '127.0.0.1', port: 9_092 })
  assert.deepEqual(parseAddress('[::1]:9092'), { host: '::1', port: 9_092 })
})
