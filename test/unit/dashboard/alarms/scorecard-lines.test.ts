import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AlarmScorecard } from '../../../../src/contract/alarm-api.ts'
import { scoreLines } from '../../../../src/dashboard/alarms/scorecard-lines.ts'
import { scorecard } from '../../../e2e/fixture-alarms.ts'

const card = scorecard(Date.parse('2026-11-24T10:00:00.000Z'))
const verdicts = (change: Partial<AlarmScorecard> = {}) => (
  Object.fromEntries(scoreLines({ ...card, ...change }).filter(({ target }) => target !== '').map(({ name, met }) => [name.split(/[ :,]/, 2).join(' '), met])))

describe('lines of the scorecard', () => {
  it('say which targets are met', () => {
    assert.deepEqual(verdicts(), {
      'Alarms a': false, 'Time in': false, 'Stale ': true, 'Chattering ': false, 'Of high': false, 'Of medium': true, 'Of low': true,
    })
  })

  it('take a share for met that is about its target', () => {
    const share = (percent: number, target: number) => ({ alarms: 1, percent, target_percent: target })
    const of = (high: number, low: number) => {
      const { 'Of high': isHigh, 'Of low': isLow } = verdicts({ priorities: { high: share(high, 5), medium: share(15, 15), low: share(low, 80) } })
      return [isHigh, isLow]
    }
    assert.deepEqual(of(7.5, 54), [true, true])
    assert.deepEqual(of(7.6, 53), [false, false])
  })

  it('have no verdict on shares of nothing, and one on the other figures', () => {
    const none = verdicts({ alarms: 0, per_day: 0, flood_percent: 0, stale_count: 5, chattering_count: 0 })
    assert.deepEqual([none['Alarms a'], none['Time in'], none['Stale '], none['Chattering '], none['Of high']], [true, true, false, true, null])
  })
})
