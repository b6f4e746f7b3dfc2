import { checkOverride } from '../alarm/alarm-rules.ts'
import type { AlarmOverride } from '../alarm/alarm-rules.ts'
import { REPLAYED_RULES, describeComparison } from '../alarm/what-if.ts'
import type { ReplayedEpisode, ReplayedRule } from '../alarm/what-if.ts'
import type { WhatIf, WhatIfAnswer } from '../contract/alarm-api.ts'
import { MOST_REPLAYED_READINGS, replayAlarms } from '../postgres/replay-alarms.ts'
import type { ReplayAnswer } from '../postgres/replay-alarms.ts'
import { overrideOf } from './alarm-setting.ts'
import type { HistoryDatabase } from './history-database.ts'
import { RequestError } from './request-error.ts'
import { readSpan } from './time-span.ts'

/** Runs stored readings through changed settings, without changing anything. Rejects as the API answers. */
export type AskWhatIf = (question: WhatIf) => Promise<WhatIfAnswer>

const MOST_LISTED = 100

export function createWhatIf(database: HistoryDatabase): AskWhatIf {
  return async (question) => {
    const { sensor_type: sensorType, sensors: sensorIds } = question
    if ((sensorType === undefined) === (sensorIds === undefined)) throw new RequestError(400, 'body must have either sensors or sensor_type')
    const of = sensorIds === undefined ? { sensorType: sensorType as NonNullable<typeof sensorType> } : { sensorIds }
    const answer = await replayAlarms(database.read, { of, ...readSpan(question, Date.now()), changes: changesOf(question) })
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

function buildAnswer({ comparison, sensorOf, sensors, readings }: ReplayAnswer): WhatIfAnswer {
  const list = (episodes: readonly { readonly episode: ReplayedEpisode, readonly laterMs: number | null }[]): WhatIfAnswer['gone'] => (
    episodes.slice(0, MOST_LISTED).map(({ episode, laterMs }) => ({
      sensor_id: sensorOf.get(episode) ?? '', rule: episode.rule, raised_at: new Date(episode.raisedMs).toISOString(),
      cleared_at: episode.clearedMs === null ? null : new Date(episode.clearedMs).toISOString(), peak_value: episode.peak,
      later_ms: laterMs === null ? null : Math.round(laterMs),
    })))
  const unmoved = (episodes: readonly ReplayedEpisode[]) => list(episodes.map((episode) => ({ episode, laterMs: null })))
  const { before, after, joined, gone, added, shifted } = comparison
  return {
    summary: describeComparison(comparison), sensors, readings, before, after, joined,
    gone: unmoved(gone), gone_count: gone.length, added: unmoved(added), added_count: added.length,
    shifted: list(shifted), shifted_count: shifted.length,
  }
}
