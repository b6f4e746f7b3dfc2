import { statSync } from 'node:fs'
import { join } from 'node:path'
import { dayOf } from '../../src/contract/timestamp.ts'
import { exportToFile } from '../../src/postgres/copy-file.ts'
import { createPartitions } from '../../src/postgres/partitions.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { READING_COLUMNS } from '../../src/postgres/write-batch.ts'
import type { BenchDatabase } from '../plant.ts'
import { progress, whole } from '../report.ts'
import type { Contestant, IngestPlant, Outcome } from './contestant.ts'
import { runTool } from './run-tool.ts'

/** Rows as they are after the export, for `\copy` into a table of the same form. */
interface Export {
  readonly name: string
  readonly query: string
  /** Makes the table. */
  prepare(database: BenchDatabase): Promise<void>
  readonly target: string
  readonly relations: string
}

const NARROW = READING_COLUMNS.join(', ')
/** As the peers have it: a reading with all that it says of its sensor. */
const WIDE_TABLE = `create table wide (ts timestamptz, sensor_id text, sensor_type text, factory_section text, machine_id text, zone text,
  value float8, unit text, alert_level text, quality float8)`

/** One `\copy` of the rows that our consumer stored, in its order: no Kafka, no JSON, one transaction. */
export function copies({ plant, readings }: IngestPlant): { readonly contestants: readonly Contestant[], exportFrom(pool: Pool): Promise<void> } {
  let days: readonly number[] = []
  const exports: readonly Export[] = [
    {
      name: 'narrow', query: `select ${NARROW} from reading order by batch_id, offset_in_batch`, target: `reading (${NARROW})`,
      relations: `select inhrelid from pg_inherits where inhparent = 'reading'::regclass`,
      prepare: ({ pool }) => createPartitions(pool, days),
    },
    {
      name: 'wide', target: 'wide', relations: `select 'wide'::regclass`,
      query: `select timestamp_utc, sensor_id, sensor_type, location->>'factory_section', location->>'machine_id', location->>'zone', reading_value, unit,
        alert_level, quality from sensor_readings order by kafka_partition, kafka_offset`,
      async prepare({ pool }) {
        await pool.query(WIDE_TABLE)
        await pool.query('create index on wide (sensor_id, ts)')
      },
    },
  ]
  const fileOf = ({ name }: Export): string => join(plant.folder, `${name}.tsv`)

  async function run(each: Export): Promise<Outcome> {
    const database = await plant.createDatabase()
    await each.prepare(database)
    const begunMs = performance.now()
    const command = `\\copy ${each.target} from '${fileOf(each)}'`
    await runTool('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--command', command], plant.folder, database.url)
    const seconds = (performance.now() - begunMs) / 1000
    const { rows } = await database.pool.query<{ bytes: number }>(`select sum(pg_total_relation_size(r))::int8 as bytes from (${each.relations}) as t (r)`)
    await database.drop()
    return { perS: readings / seconds, cpuSPerMillion: null, peakMemoryBytes: null, bytesPerReading: (rows[0]?.bytes ?? 0) / readings, note: null }
  }

  return {
    contestants: exports.map((each) => ({
      name: `limit: \\copy of the ${each.name} rows`, isPeer: false, guarantee: 'one transaction', badInput: 'all or nothing', run: () => run(each),
    })),
    async exportFrom(pool) {
      const { rows } = await pool.query<{ us: number }>(
        `select distinct (extract(epoch from date_trunc('day', time at time zone 'UTC')) * 1000000)::int8 as us from reading`)
      days = rows.map(({ us }) => dayOf(us))
      for (const each of exports) {
        await exportToFile(pool, each.query, 'text', fileOf(each))
        progress(`exported ${each.name} rows: ${whole(statSync(fileOf(each)).size)} bytes`)
      }
    },
  }
}
