import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCESS_RULES, serverSettings } from '../../../../src/local/postgres/settings.ts'

test('the server listens on 127.0.0.1 only, and what is committed stays', () => {
  const settings = serverSettings('factory-1')
  assert.match(settings, /^listen_addresses = '127\.0\.0\.1'$/m)
  assert.match(settings, /^unix_socket_directories = ''$/m)
  assert.match(settings, /^cluster_name = 'factory-1'$/m)
  assert.doesNotMatch(settings, /^(fsync|synchronous_commit|full_page_writes|data_checksums)\b/m)
})

test('nobody gets in without a password', () => {
  const rules = ACCESS_RULES.trim().split('\n').map((line) => line.split(/\s+/))
  for (const rule of rules) {
    assert.equal(rule[0], 'host')
    assert.ok(['reject', 'scram-sha-256'].includes(rule.at(-1) ?? ''))
  }
})
