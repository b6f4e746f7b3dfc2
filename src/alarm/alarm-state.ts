import type { AlarmState, AlarmTransition } from '../contract/alarm.ts'

// The life of an alarm: ISA-18.2-2016, figure 3 (IEC 62682), as one table. An alarm is one rule of one sensor.

/** Where an alarm is. The table asks for `state`; the rest says where it returns to. */
export interface AlarmStanding {
  readonly state: AlarmState
  /** Its condition is there. */
  readonly active: boolean
  /** It was raised as a latching one and not reset since: it stays when its condition has cleared. */
  readonly latched: boolean
  /** Shelved until its condition clears, not for a time. */
  readonly oneShot: boolean
}

export const NORMAL: AlarmStanding = { state: 'normal', active: false, latched: false, oneShot: false }

export type AlarmEvent =
  | 'raise' | 'escalate' | 'realarm' | 'clear' | 'acknowledge' | 'reset' | 'shelve' | 'unshelve' | 'shelving_expired' | 'suppress'
  | 'unsuppress' | 'take_out_of_service' | 'return_to_service'

/** As a change by this event is named. */
export const TRANSITION_OF = {
  raise: 'raised', escalate: 'escalated', realarm: 'realarmed', clear: 'cleared', acknowledge: 'acknowledged', reset: 'reset',
  shelve: 'shelved', unshelve: 'unshelved', shelving_expired: 'shelving_expired', suppress: 'suppressed', unsuppress: 'unsuppressed',
  take_out_of_service: 'taken_out_of_service', return_to_service: 'returned_to_service',
} as const satisfies Record<AlarmEvent, AlarmTransition>

export const ALARM_EVENTS = Object.keys(TRANSITION_OF) as AlarmEvent[]

export interface Change {
  /** The state after the event. */
  readonly to: AlarmState
  /** Operators are told: by a message, and on their screens. */
  readonly announced: boolean
}
/** Nothing changes and nobody did anything wrong: what is asked for is so already, or doesn't concern the state. */
export type Ignored = 'ignored'
export interface Refused {
  /** Why not, for the operator who asked for it. */
  readonly refused: string
}
export type Outcome = Change | Ignored | Refused

/** By what is left once the event has happened: the condition itself, only its latch, or nothing. */
interface BySituation {
  readonly active: Outcome
  readonly held: Outcome
  readonly quiet: Outcome
}

const announce = (to: AlarmState): Change => ({ to, announced: true })
const silently = (to: AlarmState): Change => ({ to, announced: false })
const refuse = (refused: string): Refused => ({ refused })

const SHELVED = refuse('the alarm is shelved; unshelve it first')
const SUPPRESSED = refuse('the alarm is suppressed with its machine; end that first')
const OUT_OF_SERVICE = refuse('the alarm is out of service; return it to service first')
const NOT_CLEARED = refuse('the condition is still there; the alarm can be reset when it has cleared')
const NOT_ACKNOWLEDGED = refuse('the alarm has to be acknowledged before it is reset')

/** Out of what kept it from the operators: an alarm whose condition is still there is shown as a new one. */
const RETURNS: BySituation = {
  active: announce('unacknowledged'), held: announce('returned_unacknowledged'), quiet: announce('normal'),
}
/** All of it that an operator can't see: recorded, not announced. */
const hidden = (state: 'shelved' | 'suppressed' | 'out_of_service') => ({
  raise: silently(state), escalate: silently(state), realarm: silently(state), clear: silently(state),
})

/**
 * Every state by every event. A `raise` of a condition that is there, and a `clear` of one that is not, are ignored before the table is asked.
 * An `escalate` or a `realarm` says that the condition is there, as a `raise` does.
 */
export const ALARM_TABLE: Readonly<Record<AlarmState, Readonly<Record<AlarmEvent, Outcome | BySituation>>>> = {
  normal: {
    raise: announce('unacknowledged'), escalate: announce('unacknowledged'), realarm: announce('unacknowledged'), clear: 'ignored',
    acknowledge: 'ignored', reset: 'ignored',
    shelve: announce('shelved'), unshelve: 'ignored', shelving_expired: 'ignored',
    suppress: announce('suppressed'), unsuppress: 'ignored',
    take_out_of_service: announce('out_of_service'), return_to_service: 'ignored',
  },
  unacknowledged: {
    raise: 'ignored', escalate: announce('unacknowledged'), realarm: announce('unacknowledged'), clear: announce('returned_unacknowledged'),
    acknowledge: announce('acknowledged'), reset: NOT_CLEARED,
    shelve: announce('shelved'), unshelve: 'ignored', shelving_expired: 'ignored',
    suppress: announce('suppressed'), unsuppress: 'ignored',
    take_out_of_service: announce('out_of_service'), return_to_service: 'ignored',
  },
  acknowledged: {
    // Only a latched one, whose condition had cleared, can be raised here.
    raise: announce('unacknowledged'), escalate: announce('unacknowledged'), realarm: announce('unacknowledged'),
    clear: { active: 'ignored', held: announce('acknowledged'), quiet: announce('normal') },
    acknowledge: 'ignored', reset: { active: NOT_CLEARED, held: announce('normal'), quiet: announce('normal') },
    shelve: announce('shelved'), unshelve: 'ignored', shelving_expired: 'ignored',
    suppress: announce('suppressed'), unsuppress: 'ignored',
    take_out_of_service: announce('out_of_service'), return_to_service: 'ignored',
  },
  returned_unacknowledged: {
    raise: announce('unacknowledged'), escalate: announce('unacknowledged'), realarm: announce('unacknowledged'), clear: 'ignored',
    acknowledge: { active: announce('acknowledged'), held: announce('acknowledged'), quiet: announce('normal') },
    reset: NOT_ACKNOWLEDGED,
    shelve: announce('shelved'), unshelve: 'ignored', shelving_expired: 'ignored',
    suppress: announce('suppressed'), unsuppress: 'ignored',
    take_out_of_service: announce('out_of_service'), return_to_service: 'ignored',
  },
  shelved: {
    ...hidden('shelved'), acknowledge: SHELVED, reset: SHELVED,
    // For another time, or from a time to one-shot.
    shelve: announce('shelved'), unshelve: RETURNS, shelving_expired: RETURNS,
    suppress: announce('suppressed'), unsuppress: 'ignored',
    take_out_of_service: announce('out_of_service'), return_to_service: 'ignored',
  },
  suppressed: {
    ...hidden('suppressed'), acknowledge: SUPPRESSED, reset: SUPPRESSED, shelve: SUPPRESSED, unshelve: 'ignored', shelving_expired: 'ignored',
    suppress: 'ignored', unsuppress: RETURNS,
    take_out_of_service: announce('out_of_service'), return_to_service: 'ignored',
  },
  out_of_service: {
    ...hidden('out_of_service'), acknowledge: OUT_OF_SERVICE, reset: OUT_OF_SERVICE, shelve: OUT_OF_SERVICE, unshelve: 'ignored',
    shelving_expired: 'ignored', suppress: 'ignored', unsuppress: 'ignored',
    take_out_of_service: 'ignored', return_to_service: RETURNS,
  },
}

export interface EventDetail {
  /** Of `raise`, `escalate` and `realarm`: the rule latches. */
  readonly latching?: boolean
  /** Of `shelve`. */
  readonly oneShot?: boolean
}

export interface Step {
  /** What happened; a one-shot shelving that ends with its condition is a `shelving_expired`. */
  readonly transition: AlarmTransition
  readonly announced: boolean
  readonly standing: AlarmStanding
}

/** What an event does to an alarm. */
export function nextStanding(before: AlarmStanding, event: AlarmEvent, detail: EventDetail = {}): Step | Ignored | Refused {
  if ((event === 'raise' && before.active) || (event === 'clear' && !before.active)) return 'ignored'
  const appears = event === 'raise' || event === 'escalate' || event === 'realarm'
  const active = appears || (before.active && event !== 'clear')
  const latched = before.latched || (appears && detail.latching === true)
  const ends = event === 'clear' && before.state === 'shelved' && before.oneShot
  const row = ALARM_TABLE[before.state][ends ? 'shelving_expired' : event]
  const outcome = typeof row === 'object' && 'quiet' in row ? row[active ? 'active' : latched ? 'held' : 'quiet'] : row
  if (outcome === 'ignored' || 'refused' in outcome) return outcome
  const { to, announced } = outcome
  const oneShot = to === 'shelved' && (event === 'shelve' ? detail.oneShot === true : before.oneShot)
  return {
    transition: TRANSITION_OF[ends ? 'shelving_expired' : event], announced,
    standing: { state: to, active, latched: latched && to !== 'normal', oneShot },
  }
}

/** Whether its episode is over: nothing is left of it that anybody has to see or do. */
export function isOver({ state, active, latched }: AlarmStanding): boolean {
  const hides = state === 'shelved' || state === 'suppressed' || state === 'out_of_service'
  return state === 'normal' || (hides && !active && !latched)
}
