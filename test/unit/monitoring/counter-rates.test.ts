import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCounterRates } from '../../../src/monitoring/counter-rates.ts'
import type { CounterRates } from '../../../src/monitoring/counter-rates.ts'

const START_MS = 1_800_000_000_000

/** Observes a counter that gains `perS` a second, from and to these seconds. */
function run(rates: CounterRates, fromS: number, toS: number, everyS: number, perS: number, base = 0): void {
  for (let atS = fromS; atS <= toS; atS += everyS) rates.observe('a', START_MS + atS * 1000, base + (atS - fromS) * perS)
}

describe('the rate of a counter', () => {
  test('is not known from one heartbeat', () => {
    const rates = createCounterRates()
    run(rates, 0, 0, 2, 5)
    assert.equal(rates.perSecond('a'), null)
    assert.equal(rates.perSecond('b'), null)
    assert.equal(rates.perMinute('a', START_MS + 30_000), null)
  })

  test('follows within 20 s', () => {
    const rates = createCounterRates()
    run(rates, 0, 2, 2, 5)
    assert.equal(rates.perSecond('a'), 5)
    run(rates, 4, 300, 2, 5, 20)
    assert.equal(rates.perSecond('a'), 5)
    run(rates, 302, 322, 2, 50, 1_510)
    assert.equal(rates.perSecond('a'), 50)
  })

  test('goes on when the program begins to count anew', () => {
    const rates = createCounterRates()
    run(rates, 0, 60, 2, 5, 1_000_000)
    run(rates, 62, 72, 2, 5, 10)
    assert.equal(rates.perSecond('a'), 5)
  })

  test('a minute is the mean of ten, and 0 when nothing was heard for so long', () => {
    const rates = createCounterRates()
    run(rates, 0, 1_200, 2, 5)
    assert.equal(rates.perMinute('a', START_MS + 1_200_000), 300)
    // Half of the window it was silent.
    const half = rates.perMinute('a', START_MS + 1_500_000)
    assert.ok(half !== null && Math.abs(half - 150) < 6, `${half}`)
    assert.equal(rates.perMinute('a', START_MS + 1_900_000), 0)
  })

  test('takes no more than 62 samples for ten minutes', () => {
    const rates = createCounterRates()
    run(rates, 0, 5_000, 1, 1)
    // Twice as long ago is forgotten: the mean covers ten minutes only.
    run(rates, 5_001, 5_600, 1, 10, 5_000)
    const mean = rates.perMinute('a', START_MS + 5_600_000)
    assert.ok(mean !== null && Math.abs(mean - 600) < 20, `${mean}`)
  })

  test('forgets who is gone', () => {
    const rates = createCounterRates()
    run(rates, 0, 100, 2, 5)
    rates.keep(new Set(['b']))
    assert.equal(rates.perSecond('a'), null)
  })
})
