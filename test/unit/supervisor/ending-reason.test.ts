import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { explainEnding } from '../../../src/local/supervisor/ending-reason.ts'

const FAILED = { code: 1, signal: null }

describe('why a process ended', () => {
  test('a signal, or no word at all', () => {
    assert.deepEqual(explainEnding({ code: null, signal: 'SIGKILL' }, 'some line'), { reason: 'killed by SIGKILL', needsPerson: false })
    assert.deepEqual(explainEnding(FAILED, ''), { reason: 'ended with code 1', needsPerson: false })
    assert.deepEqual(explainEnding({ code: 0, signal: null }, 'some line'), { reason: 'ended with code 0', needsPerson: false })
  })

  test('plain words about a variable are for a person', () => {
    assert.deepEqual(explainEnding(FAILED, 'SENSOR_ID is not set; it must be a text\n'), { reason: 'SENSOR_ID is not set; it must be a text', needsPerson: true })
  })

  test('a fatal line without an error is for a person, one with an error is a crash', () => {
    const fatal = (fields: object): string => JSON.stringify({ level: 'fatal', time: '2026-11-24T04:00:00.000Z', ...fields })
    assert.deepEqual(explainEnding(FAILED, fatal({ msg: 'PostgreSQL 14 is too old' })), { reason: 'PostgreSQL 14 is too old', needsPerson: true })
    assert.deepEqual(explainEnding(FAILED, fatal({ err: { stack: 'Error: x' }, msg: 'crashed: x' })), { reason: 'crashed: x', needsPerson: false })
    assert.deepEqual(explainEnding(FAILED, JSON.stringify({ level: 'info', msg: 'sending' })), { reason: 'ended with code 1', needsPerson: false })
  })

  test('a program that can\'t be loaded is told by its error, not by Node\'s last line', () => {
    const output = [
      'node:internal/modules/esm/resolve:274', '    throw new ERR_MODULE_NOT_FOUND(', "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'x'",
      '    at finalizeResolution (node:internal)', "  code: 'ERR_MODULE_NOT_FOUND'", '}', 'Node.js v24.21.0',
    ].join('\n')
    assert.deepEqual(explainEnding(FAILED, output), { reason: "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'x'", needsPerson: true })
  })
})
