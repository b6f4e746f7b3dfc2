import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TooManyError, createRateLimit } from '../../../../src/monitoring/access/rate-limit.ts'

describe('a limit', () => {
  test('lets so many through at once, then one by one', () => {
    let now = 0
    const limit = createRateLimit({ most: 3, windowMs: 30_000, nowMs: () => now })
    for (let count = 0; count < 3; count++) limit.take('a')
    assert.throws(() => limit.take('a'), (error) => error instanceof TooManyError && error.retryAfterS === 10 && error.statusCode === 429)
    assert.throws(() => limit.check('a'), TooManyError)
    limit.take('b')
    now = 10_000
    limit.take('a')
    assert.throws(() => limit.take('a'), TooManyError)
    now = 100_000
    for (let count = 0; count < 3; count++) limit.take('a')
    assert.throws(() => limit.take('a'), TooManyError)
    limit.forgive('a')
    limit.take('a')
  })

  test('keeps no more than the newest keys', () => {
    const limit = createRateLimit({ most: 1, windowMs: 1_000, nowMs: () => 0 })
    limit.take('first')
    for (let index = 0; index < 10_000; index++) limit.take(`key ${index}`)
    limit.take('first')
    assert.throws(() => limit.take('key 9999'), TooManyError)
  })
})
