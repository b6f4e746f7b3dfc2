import { useEffect, useRef, useState } from 'preact/hooks'
import type { Alarm, Alarms } from '../../contract/alarm-api.ts'
import { ask } from '../kafka/ask.ts'

export interface AlarmPages {
  /** Those that were read so far; null: none yet. */
  readonly alarms: readonly Alarm[] | null
  /** There are more. */
  readonly more: boolean
  readonly loading: boolean
  readonly problem: string | null
  load(): void
}

const PAGE = 50

interface Read {
  readonly alarms: readonly Alarm[] | null
  readonly cursor: string | null
}

/** The alarms that fit a query of GET /api/alarms, page by page. Another query, or another `again`, begins anew. */
export function useAlarmPages(query: string, again: number): AlarmPages {
  const [read, setRead] = useState<Read>({ alarms: null, cursor: null })
  const [loading, setLoading] = useState(true)
  const [problem, setProblem] = useState<string | null>(null)
  const asked = useRef<AbortController | null>(null)

  async function next(before: Read): Promise<void> {
    asked.current?.abort()
    const gone = new AbortController()
    asked.current = gone
    setLoading(true)
    setProblem(null)
    try {
      const given = new URLSearchParams(query)
      given.set('limit', String(PAGE))
      if (before.cursor !== null) given.set('cursor', before.cursor)
      const page = await ask<Alarms>(`./api/alarms?${given.toString()}`, gone.signal)
      setRead({ alarms: withoutDoubles([...before.alarms ?? [], ...page.alarms]), cursor: page.cursor })
    } catch (error) {
      if (!gone.signal.aborted) setProblem((error as Error).message)
    } finally {
      if (!gone.signal.aborted) setLoading(false)
    }
  }
  useEffect(() => {
    const nothing = { alarms: null, cursor: null }
    setRead(nothing)
    void next(nothing)
    return () => asked.current?.abort()
  }, [query, again])
  return { alarms: read.alarms, more: read.cursor !== null, loading, problem, load: () => void next(read) }
}

/** One that changed meanwhile may be on two pages: the later page knows it better. */
function withoutDoubles(alarms: readonly Alarm[]): readonly Alarm[] {
  return [...new Map(alarms.map((alarm) => [alarm.episode_id, alarm])).values()]
}
