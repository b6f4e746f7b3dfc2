import type { History, HistoryLevel } from '../contract/history-api.ts'
import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import { readOldestKept, readReadings, readRollups } from '../postgres/read-history.ts'
import type { HistoryRow } from '../postgres/read-history.ts'
import type { HistoryDatabase } from './history-database.ts'
import { MOST_READ, WIDTH_MS, chooseLevel, stepFor } from './history-level.ts'
import type { Span } from './history-level.ts'
import type { SensorDirectory } from './sensor-directory.ts'
import { shareRead } from './shared-read.ts'

/** Rejects with a `RequestError` when there is no such sensor, and with an `UnavailableError` while the database can't be read. */
export type ReadHistory = (sensorId: string, span: Span) => Promise<History>

/** Partitions come and go once a day. */
const OLDEST_AGE_MS = 60_000

export function createHistory(database: HistoryDatabase, sensors: SensorDirectory): ReadHistory {
  const oldestKept = shareRead(() => database.read(readOldestKept), OLDEST_AGE_MS)

  return async (sensorId, span) => {
    const { sensorKey, unit, intervalMs } = await sensors.row(sensorId)
    const oldest = await oldestKept()
    const answer = (level: HistoryLevel, covered: Omit<Span, 'points'>, stepMs: number | null, rows: readonly HistoryRow[]): History => ({
      sensor_id: sensorId, unit, level, step_ms: stepMs,
      from: new Date(covered.fromMs).toISOString(), to: new Date(covered.toMs).toISOString(), points: rows.map(buildPoint),
    })

    let level = chooseLevel(span, intervalMs, oldest)
    if (level === 'raw') {
      const stepMs = stepFor(span)
      const question = { ...span, sensorKey, stepMs }
      const found = await database.read((db) => readReadings(db, question, Math.max(span.points, MOST_READ), span.points))
      if (found !== null) return answer('raw', span, found.single ? null : stepMs, found.rows)
      // It reported more often then than it does now.
      level = chooseLevel(span, intervalMs, { ...oldest, readingMs: null })
    }
    const widthMs = WIDTH_MS[level]
    // What was rolled up with the first and the last reading is in the answer, so that it has those.
    const covered = { fromMs: Math.floor(span.fromMs / widthMs) * widthMs, toMs: Math.ceil(span.toMs / widthMs) * widthMs }
    const stepMs = stepFor({ ...span, ...covered }, widthMs)
    const rows = await database.read((db) => readRollups(db, level === 'minute' ? 'minute' : 'hour', { ...covered, sensorKey, stepMs }))
    return answer(level, covered, stepMs, rows)
  }
}

function buildPoint({ timeMs, readings, min, max, mean, last, level, bad, good }: HistoryRow): History['points'][number] {
  return {
    time: new Date(timeMs).toISOString(), readings, min, max,
    // The mean is exact to 1e-200, where one value may be less.
    mean: min === max ? min : mean, last, worst_level: ALERT_LEVELS[level], bad_quality: bad, good,
  }
}
