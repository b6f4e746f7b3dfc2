import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Alarm } from '../../../../src/contract/alarm-api.ts'
import { visibleGroups } from '../../../../src/dashboard/alarms/alarm-groups.ts'
import { misplaced, steadyGroups } from '../../../../src/dashboard/alarms/steady-order.ts'
import { alarm } from '../../../e2e/fixture-alarms.ts'

const T = Date.parse('2026-11-24T10:00:00.000Z')
const one = alarm(T, 1, 60, { priority: 'medium' })
const two = alarm(T, 2, 50, { priority: 'low' })
const three = alarm(T, 3, 10)
const steady = (before: Alarm[], now: Alarm[], complete = true) => (
  steadyGroups(visibleGroups(before, []), visibleGroups(now, []), new Map(now.map((each) => [each.episode_id, each])), complete))
const told = (groups: ReturnType<typeof steady>) => groups.flatMap(({ alarms }) => alarms.map(({ episode_id: id, state }) => `${id.at(-1)} ${state}`))

describe('the order while somebody works in the rows', () => {
  it('stays; new ones come below, and what is over says so', () => {
    assert.deepEqual(told(steady([one, two], [three, two])), ['1 normal', '2 unacknowledged', '3 unacknowledged'])
  })

  it('keeps an alarm that was just shelved, as it is now', () => {
    assert.deepEqual(told(steady([one, two], [{ ...one, state: 'shelved' }, two])), ['1 shelved', '2 unacknowledged'])
  })

  it('does not call over what the service only did not send', () => {
    assert.deepEqual(told(steady([one, two], [two], false)), ['1 unacknowledged', '2 unacknowledged'])
  })

  it('adds to a group below what is there', () => {
    const earlier = alarm(T, 4, 61, { group_id: one.group_id })
    assert.deepEqual(told(steady([one], [earlier, one])), ['1 unacknowledged', '4 unacknowledged'])
  })

  it('counts the rows that have another place', () => {
    const sorted = visibleGroups([three, two], [])
    assert.equal(misplaced(sorted, sorted), 0)
    assert.equal(misplaced(steady([one, two], [three, two]), sorted), 2)
  })
})
