import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assignedColours, initialState, serviceNow, shownNow, staleness, withConnectionLost, withHeartbeat, withSection,
} from '../../../src/dashboard/state.ts'
import type { DashboardState } from '../../../src/dashboard/state.ts'
import { iso, plant } from '../../e2e/fixture-data.ts'

const T = Date.parse('2026-11-24T10:00:00.000Z')

const withOwners = (state: DashboardState, owners: (string | null)[], at: number): DashboardState =>
  withSection(state, 'partitions', plant({ now: at, owners }).partitions, at)

describe('connection', () => {
  it('is live from the first event on, and lost until the next', () => {
    const connecting = initialState(T)
    assert.equal(staleness(connecting), 'connecting')
    const live = withSection(connecting, 'health', plant({ now: T }).health, T + 100)
    assert.deepEqual(live.connection, { phase: 'live', since: T + 100 })
    assert.equal(staleness(live), null)
    const lost = withConnectionLost(live, T + 200)
    assert.deepEqual(lost.connection, { phase: 'lost', since: T + 200 })
    assert.equal(staleness(lost), 'connection lost')
    assert.equal(withConnectionLost(lost, T + 300), lost, 'losing it again changes nothing, so that "since" stays')
    assert.equal(staleness(withHeartbeat(lost, { timestamp: iso(T + 400) }, T + 400)), null)
  })

  it('counts by the clock of the service', () => {
    const state = withHeartbeat(initialState(T), { timestamp: iso(T + 5_000) }, T)
    assert.equal(serviceNow(state, T + 1_000), T + 6_000)
    assert.equal(withSection(state, 'alerts', [], T + 1_000).dataAt, T + 6_000)
  })

  it('stands still at the last figures while nothing new comes', () => {
    const live = withSection(initialState(T), 'alerts', [], T + 1_000)
    assert.equal(shownNow(live, T + 3_000), T + 3_000)
    assert.equal(shownNow(withConnectionLost(live, T + 4_000), T + 9_000), T + 1_000)
    const healthy = plant({ now: T }).health
    const down = withSection(live, 'health', { ...healthy, status: 'unhealthy', reason: 'refused', since: iso(T) }, T + 4_000)
    assert.equal(staleness(down), 'database down')
    assert.equal(shownNow(down, T + 9_000), T + 1_000, 'health is no figure')
    assert.equal(shownNow(withSection(down, 'health', healthy, T + 9_000), T + 9_000), T + 9_000)
  })
})

describe('moves of partitions', () => {
  it('are seen from the second state on', () => {
    const first = withOwners(initialState(T), ['a', 'b'], T)
    assert.equal(first.moves.size, 0)
    const second = withOwners(first, ['a', 'a'], T + 1_000)
    assert.deepEqual([...second.moves], [[1, { from: 'b', to: 'a', at: T + 1_000 }]])
    assert.deepEqual(withOwners(second, ['a', 'a'], T + 2_000).moves, second.moves)
  })

  it('name who held it last when it was nobody\'s in between', () => {
    let state = withOwners(initialState(T), ['a'], T)
    state = withOwners(state, [null], T + 1_000)
    assert.deepEqual(state.moves.get(0), { from: 'a', to: null, at: T + 1_000 })
    state = withOwners(state, ['b'], T + 2_000)
    assert.deepEqual(state.moves.get(0), { from: 'a', to: 'b', at: T + 2_000 })
  })

  it('are none when the first state has an unowned partition that somebody takes', () => {
    const state = withOwners(withOwners(initialState(T), [null], T), ['a'], T + 1_000)
    assert.deepEqual(state.moves.get(0), { from: null, to: 'a', at: T + 1_000 })
  })
})

describe('colours of consumers', () => {
  it('go by name, and stay when others come and go', () => {
    const first = assignedColours(new Map(), ['b', 'c'])
    assert.deepEqual([...first], [['b', 0], ['c', 1]])
    const second = assignedColours(first, ['a', 'c'])
    assert.deepEqual([second.get('a'), second.get('b'), second.get('c')], [2, 0, 1])
    assert.equal(assignedColours(second, ['a']), second)
  })

  it('are given to owners that are no known consumer, too', () => {
    const state = withOwners(withSection(initialState(T), 'consumers', [], T), ['z', null], T)
    assert.deepEqual([...state.colours], [['z', 0]])
  })
})
