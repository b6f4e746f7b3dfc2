import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback } from '../../../src/runtime/loopback.ts'

test('only what no other machine reaches is loopback', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]']) assert.ok(isLoopback(host), host)
  for (const host of ['0.0.0.0', '::', '192.168.1.7', '127.0.0.1.evil.example', '127.evil.example', 'localhost.evil.example', 'plant']) assert.ok(!isLoopback(host), host)
})
