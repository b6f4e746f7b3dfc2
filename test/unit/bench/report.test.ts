import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, quantile, table } from '../../../bench/report.ts'

test('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([1, 9, 3, 5]), 4)
  assert.equal(median([7]), 7)
})

test('a quantile is one of the values, and of none it is NaN', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  assert.equal(quantile(hundred, 0.5), 50)
  assert.equal(quantile(hundred, 0.99), 99)
  assert.equal(quantile(hundred, 1), 100)
  assert.equal(quantile([], 0.5), Number.NaN)
})

test('a table has its numbers to the right', () => {
  assert.equal(table(['', 'a'], [['row', 1]]), '|  | a |\n| --- | ---: |\n| row | 1 |')
})
