import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { classifyPostgres, isUniqueViolation } from '../../../src/postgres/errors.ts'

function sqlError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('x', 1, 'error'), { code })
}

const coded = (code: string): Error => Object.assign(new Error('x'), { code })

test('what PostgreSQL says is rejected, waited for, mended by a person, or unknown', () => {
  const expected = {
    reject: ['22003', '22021', '22P02', '22P05'],
    retry: ['23514', '40001', '40P01', '53100', '53300', '57P01', '57P03', '08006', '57014'],
    exit: ['28P01', '28000', '3D000', '42501'],
    crash: ['23505', '42P01', '42703', 'XX000', ''],
  }
  for (const [disposition, states] of Object.entries(expected)) {
    for (const state of states) assert.equal(classifyPostgres(sqlError(state)), disposition, state)
  }
  assert.ok(isUniqueViolation(sqlError('23505')))
  assert.ok(!isUniqueViolation(coded('23505')))
})

test('a connection that is gone is waited for; anything else that is thrown is unknown', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT']) assert.equal(classifyPostgres(coded(code)), 'retry', code)
  assert.equal(classifyPostgres(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])), 'retry')
  assert.equal(classifyPostgres(new AggregateError([coded('ECONNREFUSED'), new TypeError('x')])), 'crash')
  assert.equal(classifyPostgres(new Error('Connection terminated unexpectedly')), 'retry')
  for (const thrown of [new TypeError('x is undefined'), 'text', null, undefined]) assert.equal(classifyPostgres(thrown), 'crash')
})
