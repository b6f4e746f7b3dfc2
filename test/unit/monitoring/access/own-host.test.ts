import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHostCheck } from '../../../../src/monitoring/access/own-host.ts'

const check = createHostCheck(['Plant.example'], 'mac.local')

test('addresses, names without a dot, this machine and the names that were given are ours', () => {
  for (const host of [undefined, '10.1.2.3', '[fe80::1]:80', 'localhost', 'kafka.localhost:1', 'plant.example:443', 'MAC.local', 'monitoring']) {
    check(host)
  }
})

test('a name that somebody else may have given out is not', () => {
  for (const host of ['evil.example', 'a.plant.example', 'plant.example.com', '10.1.2.3.evil.example', 'xlocalhost.example', '[evil.example]']) {
    assert.throws(() => check(host), { statusCode: 421, message: /MONITORING_ALLOWED_HOSTS/ }, host)
  }
})
