import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExitError, messageOf } from '../../../src/runtime/errors.ts'

test('messageOf gives something to read of whatever was thrown', () => {
  assert.equal(messageOf(new Error('broken')), 'broken')
  assert.equal(messageOf(new ExitError('set X')), 'set X')
  assert.equal(messageOf('a text'), 'a text')
  assert.equal(messageOf(undefined), 'undefined')
  assert.equal(messageOf(null), 'null')
})

test('messageOf names all reasons of a connect that failed for each address', () => {
  const nested = new AggregateError([new Error('refused 127.0.0.1')])
  assert.equal(messageOf(new AggregateError([new Error('refused ::1'), nested])), 'refused ::1; refused 127.0.0.1')
})

test('messageOf adds the last reason to a message that does not say it', () => {
  assert.equal(messageOf(new AggregateError([new Error('first'), new Error('inner')], 'outer')), 'outer inner')
  assert.equal(messageOf(new AggregateError([new Error('inner')], 'outer: inner')), 'outer: inner')
})

test('an ExitError can be told from others by its class and its name', () => {
  assert.ok(new ExitError('x') instanceof Error)
  assert.equal(String(new ExitError('x')), 'ExitError: x')
})
