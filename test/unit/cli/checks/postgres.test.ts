import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeMigrations, judgeVersion } from '../../../../src/cli/checks/postgres.ts'

test('the server is new enough', () => {
  assert.equal(judgeVersion({ number: 150_000, name: '15.0' }), '15.0')
  assert.throws(() => judgeVersion({ number: 140_012, name: '14.12' }), { message: '14.12 is too old; version 15 or later is needed' })
})

test('the database has each migration that there is a file for, and no other', () => {
  assert.equal(judgeMigrations([1, 2], [1, 2]), '2 of 2')
  assert.throws(() => judgeMigrations([1], [1, 2, 3]), { message: '1 of 3; missing: 2, 3' })
  assert.throws(() => judgeMigrations([1, 2], [1]), { message: 'migration 2 is of a newer release' })
})
