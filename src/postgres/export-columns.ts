import type { HistoryLevel } from '../contract/history-api.ts'

/** `time`: ISO 8601 with microseconds. */
export type ColumnKind = 'text' | 'time' | 'double' | 'integer'

export interface ExportColumn {
  readonly name: string
  readonly kind: ColumnKind
  /** In a query of `r`, the reading or rollup, `s`, its sensor, and `v`, what it said of its sensor; from our own code, never from input. */
  readonly sql: string
}

const time = (name: string, sql: string): ExportColumn =>
  ({ name, kind: 'time', sql: `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')` })
const text = (name: string, sql: string): ExportColumn => ({ name, kind: 'text', sql })
const double = (name: string, sql: string): ExportColumn => ({ name, kind: 'double', sql })
const integer = (name: string, sql: string): ExportColumn => ({ name, kind: 'integer', sql })
const level = (name: string, sql: string): ExportColumn => text(name, `(array['normal', 'warning', 'critical'])[${sql} + 1]`)

const SENSOR = [text('sensor_id', 's.sensor_id'), text('sensor_type', 'coalesce(v.sensor_type, s.sensor_type)'), text('unit', 'v.unit')]
const LOCATION = ['factory_section', 'machine_id', 'zone'].map((name) => text(name, `coalesce(v.location, s.location) ->> '${name}'`))

const ROLLUP = [
  ...SENSOR, time('bucket_utc', 'r.bucket'), integer('readings', 'r.readings'), double('min_value', 'r.min_value'),
  double('max_value', 'r.max_value'), double('mean_value', 'r.mean_value'), double('last_value', 'r.last_value'),
  time('last_time_utc', 'r.last_time'), level('worst_level', 'r.worst_level'), ...LOCATION,
]

/** What an export has of each reading or rollup: the names of `sensor_readings`, where that has it. */
export const EXPORT_COLUMNS: Readonly<Record<HistoryLevel, readonly ExportColumn[]>> = {
  raw: [
    ...SENSOR, time('timestamp_utc', 'r.time'), double('reading_value', 'r.value'), level('alert_level', 'r.level'),
    double('quality', 'r.quality'), ...LOCATION,
    integer('reading_count', 'r.reading_count'), text('producer_epoch', 'v.producer_epoch'), integer('sequence', 'r.sequence'),
  ],
  minute: ROLLUP,
  hour: ROLLUP,
}
