import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeLimit } from '../../../src/alarm/limit-signal.ts'

test('a value is over at its limit, clear beyond the deadband, and neither between', () => {
  const verdicts = (side: 'high' | 'low', values: number[]) => values.map((value) => {
    const { over, clear } = judgeLimit(side, value, 40, 2)
    return over ? 'over' : clear ? 'clear' : 'between'
  })
  assert.deepEqual(verdicts('high', [41, 40, 39, 38, 37.9]), ['over', 'over', 'between', 'between', 'clear'])
  assert.deepEqual(verdicts('low', [39, 40, 41, 42, 42.1]), ['over', 'over', 'between', 'between', 'clear'])
  assert.equal(judgeLimit('high', 43, 40, 2).excess, 3)
  assert.equal(judgeLimit('low', 33, 40, 2).excess, 7)
  assert.equal(judgeLimit('high', 1.2e308, -1.2e308, 0).excess, Number.MAX_VALUE)
})
