import { useRef, useState } from 'preact/hooks'
import type { Alarm, GroupAcknowledgement } from '../../contract/alarm-api.ts'
import { post } from '../session-requests.ts'

/** What an operator does to one alarm. */
export type AlarmAction =
  | { readonly does: 'acknowledge' | 'reset' | 'unshelve' }
  | { readonly does: 'shelve', readonly minutes: number | null, readonly reason: string }
  | { readonly does: 'out-of-service' | 'return-to-service', readonly reason: string }

export interface AlarmActions {
  /** The alarms after what was done here, until the stream has brought them too. */
  readonly answers: ReadonlyMap<string, Alarm>
  /** Rejects with an error whose message can be shown. Done twice, also by two people at once, it is done once. */
  act(alarm: Alarm, action: AlarmAction): Promise<void>
  /** All of them, a few at a time; rejects when one was refused, after the others were tried. */
  acknowledge(alarms: readonly Alarm[]): Promise<void>
  /** All of a group, also those that weren't sent. */
  acknowledgeGroup(groupId: string): Promise<void>
  /** Hides all alarms of a machine, for so many minutes; null: until it is ended. */
  suppress(machineId: string, minutes: number | null, reason: string): Promise<void>
  /** Ends all that hides the alarms of a machine. */
  unsuppress(machineId: string, reason: string): Promise<void>
}

/** The stream is at most a second behind; an answer that is older than this is no news any more. */
const ANSWER_COUNTS_MS = 3_000
const AT_ONCE = 4

/** `refused` is called when something was not done, as that may be because the session has ended. */
export function useAlarmActions(refused: () => void): AlarmActions {
  const [answers, setAnswers] = useState<ReadonlyMap<string, Alarm>>(new Map())
  const forget = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const ask = <Answer,>(path: string, body: object): Promise<Answer> => post<Answer>(path, body).catch((error: unknown) => {
    refused()
    throw error
  })

  async function act({ episode_id: id }: Alarm, action: AlarmAction): Promise<void> {
    const answer = await ask<Alarm>(`./api/alarms/${id}/${action.does}`, bodyOf(action))
    setAnswers((last) => new Map(last).set(id, answer))
    clearTimeout(forget.current)
    forget.current = setTimeout(() => setAnswers(new Map()), ANSWER_COUNTS_MS)
  }

  async function acknowledge(alarms: readonly Alarm[]): Promise<void> {
    const waiting = [...alarms]
    const problems: string[] = []
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let alarm = waiting.shift(); alarm !== undefined; alarm = waiting.shift()) {
        await act(alarm, { does: 'acknowledge' }).catch((error: Error) => problems.push(error.message))
      }
    }))
    const done = alarms.length - problems.length
    if (problems.length > 0) throw new Error(alarms.length === 1 ? problems[0] : `${done} of ${alarms.length} acknowledged. ${problems[0]}`)
  }

  const machinePath = (id: string, verb: 'suppress' | 'unsuppress'): string => `./api/machines/${encodeURIComponent(id)}/${verb}`
  return {
    answers, act, acknowledge,
    acknowledgeGroup: async (groupId) => void await ask<GroupAcknowledgement>(`./api/alarm-groups/${groupId}/acknowledge`, {}),
    suppress: (id, minutes, reason) => ask(machinePath(id, 'suppress'), { ...minutes === null ? {} : { minutes }, reason }),
    unsuppress: (id, reason) => ask(machinePath(id, 'unsuppress'), { reason }),
  }
}

function bodyOf(action: AlarmAction): object {
  if (!('reason' in action)) return {}
  if (action.does !== 'shelve') return { reason: action.reason }
  return { ...action.minutes === null ? { one_shot: true } : { minutes: action.minutes }, reason: action.reason }
}
