import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthenticationError, MultipleErrors, NetworkError, ProtocolError, TimeoutError, UserError } from '@platformatic/kafka'
import { classifyKafka, isOffsetOutOfRange } from '../../../src/kafka/errors.ts'

const protocol = (id: string): ProtocolError => new ProtocolError(id)

test('what a broker says is rejected, waited for, mended by a person, or unknown', () => {
  const expected = {
    reject: ['MESSAGE_TOO_LARGE', 'INVALID_RECORD'],
    retry: ['NOT_LEADER_OR_FOLLOWER', 'UNKNOWN_MEMBER_ID', 'OFFSET_OUT_OF_RANGE', 'NOT_ENOUGH_REPLICAS', 'UNKNOWN_TOPIC_ID'],
    exit: ['TOPIC_AUTHORIZATION_FAILED', 'SASL_AUTHENTICATION_FAILED', 'INVALID_SESSION_TIMEOUT'],
    crash: ['INVALID_REQUEST', 'UNSUPPORTED_VERSION'],
  }
  for (const [disposition, ids] of Object.entries(expected)) for (const id of ids) assert.equal(classifyKafka(protocol(id)), disposition, id)
  assert.ok(isOffsetOutOfRange(protocol('OFFSET_OUT_OF_RANGE')))
  assert.ok(!isOffsetOutOfRange(protocol('INVALID_REQUEST')))
})

test('an error of several is as bad as its worst part', () => {
  const lost = new NetworkError('gone')
  assert.equal(classifyKafka(new MultipleErrors('x', [lost, lost])), 'retry')
  assert.equal(classifyKafka(new MultipleErrors('x', [lost, protocol('TOPIC_AUTHORIZATION_FAILED')])), 'exit')
  assert.equal(classifyKafka(new MultipleErrors('x', [lost, new TypeError('x')])), 'crash')
})

test('a connection that is gone is waited for; a wrong password is not; what nobody knows crashes', () => {
  for (const error of [new NetworkError('x'), new TimeoutError('x'), new UserError('Unknown topic x.')]) assert.equal(classifyKafka(error), 'retry')
  assert.equal(classifyKafka(new AuthenticationError('x')), 'exit')
  for (const thrown of [new UserError('wrong option'), new TypeError('x'), new Error('x'), null]) assert.equal(classifyKafka(thrown), 'crash')
})
