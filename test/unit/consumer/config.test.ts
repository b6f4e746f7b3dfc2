import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../../../src/consumer/config.ts'
import { ExitError } from '../../../src/runtime/errors.ts'

test('each level is kept at least as long as the one that it is made of', () => {
  const retention = (raw: string, minute: string, hour: string): unknown =>
    readConfig({ RETENTION_RAW_DAYS: raw, RETENTION_MINUTE_DAYS: minute, RETENTION_HOUR_DAYS: hour }).retention
  assert.deepEqual(readConfig({}).retention, { rawDays: 400, minuteDays: 1_826, hourDays: Number.POSITIVE_INFINITY })
  assert.deepEqual(retention('30', '30', '30'), { rawDays: 30, minuteDays: 30, hourDays: 30 })
  const refused = (pattern: RegExp) => (error: unknown): boolean => error instanceof ExitError && pattern.test(error.message)
  assert.throws(() => retention('31', '30', '0'), refused(/^RETENTION_MINUTE_DAYS is 30; it must be at least RETENTION_RAW_DAYS, which is 31$/))
  assert.throws(() => retention('30', '31', '30'), refused(/^RETENTION_HOUR_DAYS is 30; .* RETENTION_MINUTE_DAYS, which is 31$/))
})
