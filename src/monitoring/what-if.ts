import { checkOverride } from '../alarm/alarm-rules.ts'
import type { AlarmOverride } from '../alarm/alarm-rules.ts'
import { REPLAYED_RULES } from '../alarm/replay.ts'
import type { ReplayedEpisode, ReplayedRule } from '../alarm/replay.ts'
import { describeComparison } from '../alarm/what-if.ts'
import type { Calendar } from '../calendar/calendar.ts'
import type { WhatIf, WhatIfAnswer } from '../contract/alarm-api.ts'
import { MOST_REPLAYED_READINGS, replayAlarms } from '../postgres/replay-alarms.ts'
import type { ReplayAnswer } from '../postgres/replay-alarms.ts'
import type { DetectorInUse } from '../runtime/detector-variables.ts'
import { overrideOf } from './alarm-setting.ts'
import type { HistoryDatabase } from './history-database.ts'
import { RequestError } from './request-error.ts'
import { readSpan } from './time-span.ts'

/** Runs stored readings through changed settings, without changing anything. Rejects as the API answers. */
export type AskWhatIf = (question: WhatIf) => Promise<WhatIfAnswer>

const MOST_LISTED = 100

export function createWhatIf(database: HistoryDatabase, detector: DetectorInUse, calendar: Calendar): AskWhatIf {
  return async (question) => {
    const { sensor_type: sensorType, sensors: sensorIds, detector: triedMode = null } = question
    if ((sensorType === undefined) === (sensorIds === undefined)) throw new RequestError(400, 'body must have either sensors or sensor_type')
    const of = sensorIds === undefined ? { sensorType: sensorType as NonNullable<typeof sensorType> } : { sensorIds }
    const changes = changesOf(question)
    if (detector.mode === null && triedMode === null && changes.has('learned_anomaly')) {
      throw new RequestError(400, 'nothing is learned here (DETECTOR is off); say which detector to try: full or lite')
    }
    const answer = await replayAlarms(database.read, { of, ...readSpan(question, Date.now()), changes, detector, calendar, triedMode })
    if (answer === 'too many readings') {
      throw new RequestError(400, `these are more than ${MOST_REPLAYED_READINGS} readings; ask for a shorter time or for fewer sensors`)
    }
    if ('unknown' in answer) throw new RequestError(404, `there is no sensor "${answer.unknown}"`)
    return buildAnswer(answer)
  }
}

function changesOf({ settings }: WhatIf): Map<ReplayedRule, AlarmOverride> {
  return new Map(settings.map((setting) => {
    const rule = REPLAYED_RULES.find((name) => name === setting.rule)
    if (rule === undefined) throw new RequestError(400, `settings can be tried of ${REPLAYED_RULES.join(', ')}`)
    const override = overrideOf(setting)
    const problem = checkOverride(rule, override)
    if (problem !== null) throw new RequestError(400, problem)
    return [rule, override]
  }))
}

function buildAnswer({ comparison, sensorOf, sensors, readings, learning }: ReplayAnswer): WhatIfAnswer {
  const list = (episodes: readonly { readonly episode: ReplayedEpisode, readonly laterMs: number | null }[]): WhatIfAnswer['gone'] => (
    episodes.slice(0, MOST_LISTED).map(({ episode, laterMs }) => ({
      sensor_id: sensorOf.get(episode) ?? '', rule: episode.rule, raised_at: new Date(episode.raisedMs).toISOString(),
      cleared_at: episode.clearedMs === null ? null : new Date(episode.clearedMs).toISOString(), peak_value: episode.peak,
      later_ms: laterMs === null ? null : Math.round(laterMs),
    })))
  const unmoved = (episodes: readonly ReplayedEpisode[]) => list(episodes.map((episode) => ({ episode, laterMs: null })))
  const { before, after, byRule, joined, gone, added, shifted } = comparison
  return {
    summary: describeComparison(comparison), sensors, readings, before, after, joined,
    rules: [...byRule].map(([rule, counts]) => ({ rule, ...counts })),
    gone: unmoved(gone), gone_count: gone.length, added: unmoved(added), added_count: added.length,
    shifted: list(shifted), shifted_count: shifted.length,
    learning: learning === null ? null : {
      readings: learning.readings, shortest_ms: Math.round(learning.shortestMs), believed_sensors: learning.believed,
    },
  }
}
