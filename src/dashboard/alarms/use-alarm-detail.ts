import { useEffect, useState } from 'preact/hooks'
import type { AlarmDetail } from '../../contract/alarm-api.ts'
import { ask } from '../kafka/ask.ts'

/** An alarm with its events, asked once for each `changedAt`. Null until they come; `problem`: why they don't. */
export function useAlarmDetail(id: string, changedAt: string): { readonly detail: AlarmDetail | null, readonly problem: string | null } {
  const [detail, setDetail] = useState<AlarmDetail | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    const gone = new AbortController()
    ask<AlarmDetail>(`./api/alarms/${id}`, gone.signal).then((answer) => {
      setDetail(answer)
      setProblem(null)
    }, (error: Error) => {
      if (!gone.signal.aborted) setProblem(error.message)
    })
    return () => gone.abort()
  }, [id, changedAt])
  return { detail, problem }
}
