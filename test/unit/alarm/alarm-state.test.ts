import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ALARM_EVENTS, ALARM_TABLE, NORMAL, isOver, nextStanding } from '../../../src/alarm/alarm-state.ts'
import type { AlarmEvent, AlarmStanding, EventDetail } from '../../../src/alarm/alarm-state.ts'
import { ACTIVE, CLEARING, emptyCondition, followCondition } from '../../../src/alarm/condition.ts'
import { judgeLimit } from '../../../src/alarm/limit-signal.ts'
import { ALARM_STATES } from '../../../src/contract/alarm.ts'
import type { AlarmState } from '../../../src/contract/alarm.ts'

const [RAISE, ESCALATE, REALARM, CLEAR, ACK, RESET, SHELVE, UNSHELVE, EXPIRED, SUPPRESS, UNSUPPRESS, OUT, BACK] = ALARM_EVENTS
const SHORT: Readonly<Record<string, AlarmState>> = {
  N: 'normal', U: 'unacknowledged', A: 'acknowledged', R: 'returned_unacknowledged', S: 'shelved', D: 'suppressed', O: 'out_of_service',
}

/**
 * ISA-18.2's diagram, written down a second time: by standing (the state, + active, ! latched) the state after each event, in the order of the
 * events; lower case is not announced, - ignored, x refused.
 */
const EXPECTED: Readonly<Record<string, string>> = {
  //     raise escalate realarm clear ack reset shelve unshelve expired suppress unsuppress out back
  'N': 'U U U - - - S - - D - O -',
  'U+': '- U U R A x S - - D - O -',
  'U+!': '- U U R A x S - - D - O -',
  'A+': '- U U N - x S - - D - O -',
  'A+!': '- U U A - x S - - D - O -',
  'A!': 'U U U - - N S - - D - O -',
  'R': 'U U U - N x S - - D - O -',
  'R!': 'U U U - A x S - - D - O -',
  'S': 's s s - x x S N N D - O -',
  'S+': '- s s s x x S U U D - O -',
  'S+!': '- s s s x x S U U D - O -',
  'S!': 's s s - x x S R R D - O -',
  'D': 'd d d - x x x - - - N O -',
  'D+': '- d d d x x x - - - U O -',
  'D+!': '- d d d x x x - - - U O -',
  'D!': 'd d d - x x x - - - R O -',
  'O': 'o o o - x x x - - - - - N',
  'O+': '- o o o x x x - - - - - U',
  'O+!': '- o o o x x x - - - - - U',
  'O!': 'o o o - x x x - - - - - R',
}

function standingOf(name: string): AlarmStanding {
  return { state: SHORT[name[0] as string] as AlarmState, active: name.includes('+'), latched: name.includes('!'), oneShot: false }
}

function shortOf(event: AlarmEvent, standing: AlarmStanding): string {
  const step = nextStanding(standing, event)
  if (step === 'ignored') return '-'
  if ('refused' in step) return 'x'
  const letter = Object.keys(SHORT).find((key) => SHORT[key] === step.standing.state) as string
  return step.announced ? letter : letter.toLowerCase()
}

/** The states that an alarm can be in with its condition there or not, latched or not. */
function isPossible({ state, active, latched, oneShot }: AlarmStanding): boolean {
  if (oneShot && state !== 'shelved') return false
  if (state === 'normal') return !active && !latched
  if (state === 'unacknowledged') return active
  if (state === 'acknowledged') return active || latched
  return state !== 'returned_unacknowledged' || !active
}

function run(...events: (AlarmEvent | undefined)[]): AlarmStanding {
  return events.reduce<AlarmStanding>((standing, event) => {
    const step = nextStanding(standing, event as AlarmEvent)
    return step === 'ignored' || 'refused' in step ? standing : step.standing
  }, NORMAL)
}

describe('the life of an alarm', () => {
  test('has an outcome for every state and event', () => {
    assert.deepEqual(Object.keys(ALARM_TABLE), [...ALARM_STATES])
    for (const [state, row] of Object.entries(ALARM_TABLE)) assert.deepEqual(Object.keys(row).toSorted(), ALARM_EVENTS.toSorted(), state)
  })

  for (const [name, expected] of Object.entries(EXPECTED)) {
    test(`goes on from ${name} as ISA-18.2 says`, () => {
      assert.equal(ALARM_EVENTS.map((event) => shortOf(event, standingOf(name))).join(' '), expected)
    })
  }

  test('can be in the standings that were tried, and in no other', () => {
    const flags = [[false, false], [true, false], [true, true], [false, true]] as const
    const possible = ALARM_STATES.flatMap((state) => flags.map(([active, latched]) => ({ state, active, latched, oneShot: false })).filter(isPossible))
    assert.deepEqual(new Set(Object.keys(EXPECTED).map((name) => JSON.stringify(standingOf(name)))), new Set(possible.map((one) => JSON.stringify(one))))
  })

  test('says why an operator is refused', () => {
    assert.deepEqual(nextStanding(run(RAISE, SHELVE), 'acknowledge'), { refused: 'the alarm is shelved; unshelve it first' })
    assert.deepEqual(nextStanding(run(RAISE), 'reset'), { refused: 'the condition is still there; the alarm can be reset when it has cleared' })
  })

  test('takes an acknowledgement twice', () => {
    const once = run(RAISE, ACK)
    assert.equal(nextStanding(once, 'acknowledge'), 'ignored')
    assert.equal(nextStanding(run(RAISE, CLEAR, ACK), 'acknowledge'), 'ignored')
  })

  test('holds a latched alarm until it is acknowledged and reset', () => {
    const raised = nextStanding(NORMAL, 'raise', { latching: true })
    assert.ok(typeof raised === 'object' && 'standing' in raised)
    const cleared = nextStanding(raised.standing, 'clear')
    assert.ok(typeof cleared === 'object' && 'standing' in cleared)
    assert.deepEqual(cleared.standing, { state: 'returned_unacknowledged', active: false, latched: true, oneShot: false })
    const acknowledged = nextStanding(cleared.standing, 'acknowledge')
    assert.ok(typeof acknowledged === 'object' && 'standing' in acknowledged)
    assert.equal(isOver(acknowledged.standing), false)
    const reset = nextStanding(acknowledged.standing, 'reset')
    assert.ok(typeof reset === 'object' && 'standing' in reset)
    assert.deepEqual(reset.standing, NORMAL)
  })

  test('ends a one-shot shelving with the condition, and one for a time not', () => {
    const shelve = (oneShot: boolean): AlarmStanding => {
      const step = nextStanding(run(RAISE), 'shelve', { oneShot })
      assert.ok(typeof step === 'object' && 'standing' in step)
      return step.standing
    }
    assert.deepEqual(nextStanding(shelve(true), 'clear'), { transition: 'shelving_expired', announced: true, standing: NORMAL })
    assert.deepEqual(nextStanding(shelve(false), 'clear'), {
      transition: 'cleared', announced: false, standing: { state: 'shelved', active: false, latched: false, oneShot: false },
    })
  })

  test('shows an alarm again that was hidden, if its condition is still there', () => {
    for (const [hide, show] of [[SHELVE, UNSHELVE], [SHELVE, EXPIRED], [SUPPRESS, UNSUPPRESS], [OUT, BACK]]) {
      assert.equal(run(RAISE, ACK, hide, show).state, 'unacknowledged')
      assert.equal(run(hide, RAISE, show).state, 'unacknowledged')
      assert.equal(run(hide, RAISE, CLEAR, show).state, 'normal')
    }
    assert.equal(run(RAISE, SHELVE, ESCALATE, REALARM, RESET).state, 'shelved')
  })

  test('loses no alarm, doubles none and is in no impossible state, whatever happens', () => {
    const step = fc.record({ event: fc.constantFrom(...ALARM_EVENTS), latching: fc.boolean(), oneShot: fc.boolean() })
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let standing = NORMAL
      let there = false
      for (const { event, latching, oneShot } of steps) {
        const detail: EventDetail = { latching, oneShot }
        const result = nextStanding(standing, event, detail)
        if (event === 'raise' || event === 'escalate' || event === 'realarm') there = true
        if (event === 'clear') there = false
        if (typeof result === 'object' && 'standing' in result) {
          if (event === 'raise') assert.equal(standing.active, false, 'raised twice')
          standing = result.standing
        }
        assert.ok(isPossible(standing), JSON.stringify(standing))
        assert.equal(standing.active, there, 'the alarm and its condition agree')
        const hidden = ['shelved', 'suppressed', 'out_of_service'].includes(standing.state)
        if (there && !hidden) assert.ok(['unacknowledged', 'acknowledged'].includes(standing.state), 'an alarm is lost')
        if (there) assert.equal(isOver(standing), false, 'an episode is over whose condition is there')
      }
    }))
  })

  test('shows every alarm that the readings of a sensor raise, whatever operators do meanwhile', () => {
    const changes = { raised: 'raise', escalated: 'escalate', realarmed: 'realarm', cleared: 'clear' } as const
    const reading = fc.record({ passedS: fc.integer({ min: 0, max: 20 }), value: fc.integer({ min: 37, max: 42 }), severity: fc.integer({ min: 0, max: 2 }) })
    const action = fc.constantFrom<AlarmEvent>(
      'acknowledge', 'reset', 'shelve', 'unshelve', 'shelving_expired', 'suppress', 'unsuppress', 'take_out_of_service', 'return_to_service')
    const settings = fc.record({
      onDelayMs: fc.constantFrom(0, 5_000), offDelayMs: fc.constantFrom(0, 15_000), reAlarmMs: fc.constantFrom(null, 30_000), latching: fc.boolean(),
    })
    fc.assert(fc.property(fc.array(fc.oneof(reading, action), { maxLength: 100 }), settings, (steps, { latching, ...delays }) => {
      const condition = emptyCondition()
      let standing = NORMAL
      let timeUs = 0
      const apply = (event: AlarmEvent): void => {
        const result = nextStanding(standing, event, { latching, oneShot: timeUs % 2 === 0 })
        if (typeof result === 'object' && 'standing' in result) standing = result.standing
      }
      for (const [offset, step] of steps.entries()) {
        if (typeof step === 'string') apply(step)
        else {
          timeUs += step.passedS * 1_000_000
          const signal = { timeUs, offset, value: step.value, severity: step.severity, ...judgeLimit('high', step.value, 40, 1) }
          const change = followCondition(condition, signal, delays)
          if (change !== null && change !== 'updated') apply(changes[change])
        }
        const there = condition.phase === ACTIVE || condition.phase === CLEARING
        assert.equal(standing.active, there)
        const hidden = ['shelved', 'suppressed', 'out_of_service'].includes(standing.state)
        if (there) assert.ok(hidden || standing.state === 'unacknowledged' || standing.state === 'acknowledged', standing.state)
        if (standing.latched && !hidden) assert.notEqual(standing.state, 'normal')
        assert.ok(isPossible(standing), JSON.stringify(standing))
      }
    }))
  })
})
