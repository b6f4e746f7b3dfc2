import { scoreAlarms } from '../alarm/scorecard.ts'
import type { ScorecardSpan } from '../alarm/scorecard.ts'
import type { Calendar } from '../calendar/calendar.ts'
import type { AlarmDetail, AlarmScorecard, AlarmSettingsAnswer, Alarms } from '../contract/alarm-api.ts'
import { readAlarmSettings } from '../postgres/alarm-settings.ts'
import { readActivations } from '../postgres/read-activations.ts'
import { readAlarm, readAlarmEvents, readAlarms } from '../postgres/read-alarms.ts'
import type { AlarmQuestion } from '../postgres/read-alarms.ts'
import { readSensorNames } from '../postgres/read-sensors.ts'
import { formatCursor } from './alarm-cursor.ts'
import { buildAlarm, buildEvents, buildScorecard, buildSettings } from './alarm-shape.ts'
import type { HistoryDatabase } from './history-database.ts'
import { proposeDeadbands } from './propose-deadbands.ts'
import { RequestError } from './request-error.ts'

/** The alarms as the database has them. Rejects with an `UnavailableError` while it can't be read. */
export interface AlarmReader {
  list(question: AlarmQuestion): Promise<Alarms>
  /** Rejects with a `RequestError` when there is none of this id. */
  one(episodeId: string): Promise<AlarmDetail>
  scorecard(span: ScorecardSpan): Promise<AlarmScorecard>
  settings(): Promise<AlarmSettingsAnswer>
}

const MOST_EVENTS = 500
/** Ten times what four operators can manage in 92 days; 50,000 take 0.4 s. */
const MOST_SCORED = 50_000

/** `alarmScore`: from which on a reading raises `learned_anomaly`, where nothing else is set. */
export function createAlarmReader(database: HistoryDatabase, alarmScore: number, calendar: Calendar): AlarmReader {
  return {
    async list(question) {
      const { alarms, next } = await database.read((db) => readAlarms(db, question))
      return { alarms: alarms.map(buildAlarm), cursor: next === null ? null : formatCursor(next) }
    },
    async one(episodeId) {
      const alarm = await database.read((db) => readAlarm(db, episodeId))
      if (alarm === null) throw new RequestError(404, `there is no alarm ${episodeId}`)
      return { ...buildAlarm(alarm), events: buildEvents(await database.read((db) => readAlarmEvents(db, episodeId, MOST_EVENTS))) }
    },
    async scorecard(span) {
      const activations = await database.read((db) => readActivations(db, span.fromMs, span.toMs, MOST_SCORED))
      const card = scoreAlarms(activations, span, calendar)
      const ids = [...card.stale, ...card.chattering, ...card.badActors].map(({ sensorId }) => sensorId)
      const deadbands = await proposeDeadbands(database.read, card.badActors, activations, span.toMs)
      return buildScorecard(card, span, deadbands, await database.read((db) => readSensorNames(db, ids)), calendar.zone.name)
    },
    settings: async () => buildSettings(await database.read(readAlarmSettings), alarmScore),
  }
}
