import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { WINDOW_S, createCommittedCounts } from '../../../src/monitoring/committed-counts.ts'

const NOW_S = 1_800_000_000

describe('committed counts', () => {
  test('are summed over the seconds that are asked for', () => {
    const counts = createCommittedCounts()
    counts.add('a', NOW_S - 3, 5)
    counts.add('a', NOW_S - 2, 7)
    counts.add('a', NOW_S - 2, 1)
    counts.add('b', NOW_S - 2, 100)
    assert.equal(counts.sum('a', NOW_S - 3, NOW_S), 13)
    assert.equal(counts.sum('a', NOW_S - 2, NOW_S), 8)
    assert.equal(counts.sum('a', NOW_S - 3, NOW_S - 2), 5)
    assert.equal(counts.sum('c', NOW_S - 3, NOW_S), 0)
  })

  test('leave the window, and come into it in any order', () => {
    const counts = createCommittedCounts()
    for (let second = NOW_S; second > NOW_S - 2 * WINDOW_S; second--) counts.add('a', second, 1)
    assert.equal(counts.sum('a', NOW_S + 1 - WINDOW_S, NOW_S + 1), WINDOW_S)
    counts.add('a', NOW_S + WINDOW_S, 1)
    assert.equal(counts.sum('a', NOW_S + 1, NOW_S + 1 + WINDOW_S), 1)
  })

  test('give the rate of the last 10 s, with the running second in part', () => {
    const counts = createCommittedCounts()
    for (let second = NOW_S - 30; second < NOW_S; second++) counts.add('a', second, 50)
    assert.equal(counts.rate('a', NOW_S * 1000), 50)
    counts.add('a', NOW_S, 25)
    assert.equal(counts.rate('a', NOW_S * 1000 + 500), 50)
    assert.equal(counts.rate('a', (NOW_S + 20) * 1000), 0)
  })

  test('forget who committed nothing for ten minutes', () => {
    const counts = createCommittedCounts()
    counts.add('a', NOW_S, 1)
    counts.add('b', NOW_S + 300, 1)
    counts.prune((NOW_S + WINDOW_S + 1) * 1000)
    assert.deepEqual([counts.has('a'), counts.has('b')], [false, true])
  })
})
