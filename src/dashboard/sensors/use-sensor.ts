import { useState } from 'preact/hooks'
import type { SensorDetail } from '../../contract/history-api.ts'
import { usePolled } from '../kafka/use-polled.ts'
import { patch, post } from '../session-requests.ts'

/** What an operator does to a sensor; each says why. */
export type SensorAction =
  | { readonly does: 'rename', readonly name: string | null }
  | { readonly does: 'replace', readonly serial: string, readonly sendsAs: string | null }
  | { readonly does: 'decommission' | 'recommission' }

export interface KnownSensor {
  /** Undefined until it was read. */
  readonly sensor: SensorDetail | undefined
  /** Why there is no newer state. */
  readonly error: string | null
  /** Rejects with an error whose message can be shown. */
  act(action: SensorAction, reason: string): Promise<void>
}

const EVERY_MS = 5_000

/** One sensor, asked for again and again. `refused` is called when something was not done, as that may be because the session has ended. */
export function useSensor(id: string, refused: () => void): KnownSensor {
  const path = `./api/sensors/${encodeURIComponent(id)}`
  const { data, error } = usePolled<SensorDetail>(path, EVERY_MS)
  const [answer, setAnswer] = useState<SensorDetail | null>(null)
  const newest = (sensor: SensorDetail | null | undefined): number => sensor?.events[0]?.event_id ?? 0
  return {
    sensor: answer !== null && newest(answer) > newest(data) ? answer : data, error,
    async act(action, reason) {
      try {
        setAnswer(await (action.does === 'rename'
          ? patch<SensorDetail>(path, { name: action.name, reason }) : post<SensorDetail>(`${path}/${action.does}`, { ...bodyOf(action), reason })))
      } catch (problem) {
        refused()
        throw problem
      }
    },
  }
}

function bodyOf(action: SensorAction): object {
  if (action.does !== 'replace') return {}
  return { serial: action.serial, ...action.sendsAs === null ? {} : { sends_as: action.sendsAs } }
}
