import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitKey } from '../../../../src/monitoring/access/limit-key.ts'

test('an IPv4 address counts for itself, however it is written', () => {
  assert.equal(limitKey('192.0.2.1'), '192.0.2.1')
  assert.equal(limitKey('::ffff:192.0.2.1'), '192.0.2.1')
})

test('IPv6 addresses of one network of 64 bits count together', () => {
  const keys = ['2001:db8:0:7::1', '2001:db8:0:7:ffff:1:2:3', '2001:0DB8:0000:0007::', '2001:db8:0:7::1%eth0'].map(limitKey)
  assert.deepEqual(new Set(keys), new Set(['2001:db8:0:7']))
  assert.equal(limitKey('::1'), '0:0:0:0')
  assert.equal(limitKey('2001:db8::1:2:3:4'), '2001:db8:0:0')
  assert.notEqual(limitKey('2001:db8:0:8::1'), keys[0])
})
