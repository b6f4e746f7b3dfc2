// Runs alone: it measures memory.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import { createPartitions } from '../../src/postgres/partitions.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { eventually } from '../harness/eventually.ts'
import { historyPlant } from './history-plant.ts'
import type { HistoryPlant } from './history-plant.ts'

const BEGIN_MS = Date.UTC(2026, 0, 1, 23, 50)
const SPAN = 'from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z'
const COLUMNS = ['sensor_id', 'sensor_type', 'unit', 'timestamp_utc', 'reading_value', 'alert_level', 'quality', 'factory_section', 'machine_id', 'zone',
  'reading_count', 'producer_epoch', 'sequence']

/** What the view of the contract says, by time: each value as an export has it. */
async function stored(pool: Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(`
    select sensor_id, sensor_type, unit, to_char(timestamp_utc at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as timestamp_utc, reading_value,
      alert_level, quality::float8, location ->> 'factory_section' as factory_section, location ->> 'machine_id' as machine_id, location ->> 'zone' as zone,
      (metadata ->> 'reading_count')::int as reading_count, metadata ->> 'producer_epoch' as producer_epoch, (metadata ->> 'sequence')::bigint as sequence
    from sensor_readings order by timestamp_utc, sensor_id`)
  return rows
}

async function smallPlant(owner: Parameters<typeof historyPlant>[0]): Promise<HistoryPlant> {
  const plant = await historyPlant(owner)
  const sensors = await plant.addSensors([{ id: 'temp-1' }, { id: '=1+1', machine: 'a "b", c', zone: '@x', unit: '' }, { id: 'énergie', unit: 'kW', section: 'line\nbreak' }])
  await plant.add([...sensors.values()].flatMap((sensor, at) => [-5.25, 1e300, 0.1, Number.MIN_VALUE].map((value, index) => (
    { ...sensor, timeUs: (BEGIN_MS + index * 300_000) * 1000 + 123 + at, value, level: index % 3, quality: index === 0 ? null : 0.75 }))))
  await plant.pool.query('update reading set sequence = 9007199254740991, reading_count = 7 where value = 0.1')
  return plant
}

describe('an export', () => {
  test('as CSV is as RFC 4180 says, and no formula to a spreadsheet', async (t) => {
    const plant = await smallPlant(t)
    const answer = await fetch(`${plant.api.url}/api/export?${SPAN}`)
    assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition'), answer.headers.get('x-content-type-options')],
      [200, 'text/csv', 'attachment; filename="readings-raw-20260101T000000Z-20260103T000000Z.csv"', 'nosniff'])
    const [head, ...records] = parseCsv(await answer.text())
    assert.deepEqual(head, COLUMNS)
    const byTime = records.map((fields) => Object.fromEntries(fields.map((field, index) => [COLUMNS[index], field])))
      .toSorted((a, b) => (String(a['timestamp_utc']) < String(b['timestamp_utc']) ? -1 : 1))
    const said = (value: unknown): string | null => (value === null ? null : typeof value === 'string' && /^[=@]/.test(value) ? `'${value}` : `${value as number}`)
    const wanted = (await stored(plant.pool)).map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, said(value)])))
    // Numbers are compared as such: 1e+300 is 1e300.
    const numbers = (row: Record<string, string | null | undefined>) => ({ ...row, reading_value: Number(row['reading_value']) })
    assert.deepEqual(byTime.map(numbers), wanted.map(numbers))
  })

  test('as NDJSON has the values of the database', async (t) => {
    const plant = await smallPlant(t)
    const answer = await fetch(`${plant.api.url}/api/export?${SPAN}&format=ndjson`)
    assert.equal(answer.headers.get('content-type'), 'application/x-ndjson')
    const lines = (await answer.text()).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(lines.toSorted((a, b) => (String(a['timestamp_utc']) < String(b['timestamp_utc']) ? -1 : 1)), await stored(plant.pool))
  })

  test('as Parquet has the values of the database, to the microsecond', async (t) => {
    const plant = await smallPlant(t)
    const rows = await readParquet(`${plant.api.url}/api/export?${SPAN}&format=parquet`)
    const iso = (us: unknown): string => `${new Date(Number(us) / 1000).toISOString().slice(0, 20)}${String(us).slice(-6)}Z`
    const read = rows.map((row): Record<string, unknown> => ({
      ...row, timestamp_utc: iso(row['timestamp_utc']), reading_count: numberOf(row['reading_count']), sequence: numberOf(row['sequence']),
    })).toSorted((a, b) => (String(a['timestamp_utc']) < String(b['timestamp_utc']) ? -1 : 1))
    assert.deepEqual(read, await stored(plant.pool))
  })

  test('is of the sensors, the time and the level that are asked for', async (t) => {
    const plant = await smallPlant(t)
    const lines = async (query: string): Promise<string[]> => (await (await fetch(`${plant.api.url}/api/export?format=ndjson&${query}`)).text()).split('\n').filter((line) => line !== '')
    assert.equal((await lines(SPAN)).length, 12)
    assert.equal((await lines(`${SPAN}&sensor=temp-1`)).length, 4)
    assert.equal((await lines(`${SPAN}&sensor=temp-1,%C3%A9nergie`)).length, 8)
    assert.equal((await lines(`${SPAN}&sensor=temp-1&sensor=%3D1%2B1`)).length, 8)
    assert.equal((await lines('from=2026-01-02T00:00:00Z&to=2026-01-02T00:05:00Z')).length, 3)
    assert.deepEqual(await lines(''), [])
    const hours = (await lines(`${SPAN}&level=hour&sensor=temp-1`)).map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(hours.map((row) => [row['bucket_utc'], row['readings'], row['min_value'], row['max_value'], row['worst_level'], row['unit'], row['zone']]), [
      ['2026-01-01T23:00:00.000000Z', 2, -5.25, 1e300, 'warning', '°C', 'zone-a'], ['2026-01-02T00:00:00.000000Z', 2, Number.MIN_VALUE, 0.1, 'critical', '°C', 'zone-a'],
    ])
    assert.equal((await lines(`${SPAN}&level=minute`)).length, 12)
    assert.equal((await readParquet(`${plant.api.url}/api/export?format=parquet&level=minute&${SPAN}`)).length, 12)
    assert.equal((await readParquet(`${plant.api.url}/api/export?format=parquet`)).length, 0)
    for (const [query, status, error] of [
      ['sensor=nobody', 404, 'there is no sensor "nobody"'], ['sensor=a,,b', 400, 'sensor must be a sensor_id, or several with commas between'],
      ['format=xlsx', 400, 'format must be equal to one of the allowed values'], ['to=1970-01-01T00:00:00Z', 400, 'from must be before to, which is 1970-01-01T00:00:00.000Z'],
    ] as const) {
      const answer = await plant.api.get(`/api/export?${query}`)
      assert.deepEqual([answer.status, answer.body], [status, { error }], query)
    }
  })
})

describe('an export of half a million readings', () => {
  const cleanUps: (() => void | Promise<void>)[] = []
  let plant: HistoryPlant
  before(async () => {
    plant = await historyPlant({ after: (cleanUp) => { cleanUps.push(cleanUp) } })
    await fill(plant)
  })
  after(async () => {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp()
  })

  test('is whole, and the service\'s memory doesn\'t grow with it', async (t) => {
    for (const format of ['csv', 'ndjson', 'parquet']) {
      const url = `${plant.api.url}/api/export?from=2026-01-01T00:00:00Z&format=${format}`
      // The first one is the one for which everything is compiled.
      await measureExport(`${url}&to=2026-01-01T04:10:00Z`)
      const few = await measureExport(`${url}&to=2026-01-01T04:10:00Z`)
      const all = await measureExport(`${url}&to=2026-01-03T00:00:00Z`)
      t.diagnostic(`${format}: ${(all.bytes / 2 ** 20).toFixed(0)} MiB in ${all.tookS.toFixed(1)} s; at most ${all.mostMib.toFixed(0)} MiB of memory, with a fifth of it ${few.mostMib.toFixed(0)}`)
      if (format !== 'parquet') assert.deepEqual([few.lines, all.lines], format === 'csv' ? [100_001, 500_001] : [100_000, 500_000])
      // Kept whole, the rows would take 250 MiB.
      assert.ok(all.mostMib - few.mostMib < 150, `${format}: ${few.mostMib} MiB, then ${all.mostMib}`)
    }
    const rows = await readParquet(`${plant.api.url}/api/export?${SPAN}&format=parquet`, ['reading_value'])
    assert.equal(rows.length, 500_000)
    assert.equal(rows.reduce((sum, row) => sum + (row['reading_value'] as number), 0), 124_999_750_000)
  })

  test('is cut when it can\'t be completed, instead of looking whole', async () => {
    for (const format of ['csv', 'ndjson', 'parquet']) {
      const answer = await fetch(`${plant.api.url}/api/export?${SPAN}&format=${format}`)
      assert.equal(answer.status, 200)
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
      await reader.read()
      await plant.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'monitoring-export' and datname = current_database()`)
      await assert.rejects(async () => { while (!(await reader.read()).done) { /* on */ } }, TypeError, format)
    }
  })

  test('ends at once in the database when nobody takes it any more; and no more than two are made at once', async () => {
    const url = `${plant.api.url}/api/export?${SPAN}`
    const running = async (): Promise<number> => (await plant.pool.query<{ count: number }>(
      `select count(*) from pg_stat_activity where application_name = 'monitoring-export' and datname = current_database() and backend_xmin is not null`)).rows[0]?.count ?? -1
    const gone = [new AbortController(), new AbortController()]
    await Promise.all(gone.map(async ({ signal }) => (await fetch(url, { signal })).body?.getReader().read()))
    assert.equal(await running(), 2)
    const refused = await fetch(url)
    assert.deepEqual([refused.status, await refused.json()], [503, { error: '2 exports are running; try again when one of them has ended' }])
    for (const controller of gone) controller.abort()
    assert.equal(await eventually(running, (count) => count === 0, 3_000), 0)
    const again = await fetch(`${url}&sensor=of-many-1`)
    assert.equal(again.status, 200)
    assert.equal((await again.text()).split('\r\n').length, 500_000 / 100 + 2)
  })
})

interface Measured {
  readonly bytes: number
  readonly lines: number
  readonly tookS: number
  /** Of this process, which is the service's too. */
  readonly mostMib: number
}

async function measureExport(url: string): Promise<Measured> {
  let mostMib = 0
  const timer = setInterval(() => { mostMib = Math.max(mostMib, process.memoryUsage().rss / 2 ** 20) }, 20)
  const begunMs = performance.now()
  let bytes = 0
  let lines = 0
  for await (const chunk of (await fetch(url)).body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++
  }
  clearInterval(timer)
  return { bytes, lines, tookS: (performance.now() - begunMs) / 1000, mostMib }
}

/** The values are 0 to 499,999. */
async function fill(plant: HistoryPlant): Promise<void> {
  const sensors = await plant.addSensors(Array.from({ length: 100 }, (_, index) => ({ id: `of-many-${index}` })))
  const first = sensors.get('of-many-0') as { sensorKey: number, versionKey: number }
  await createPartitions(plant.pool, [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)].map((ms) => ms / 86_400_000))
  await plant.pool.query(`insert into reading (time, value, sensor_key, version_key, batch_id, offset_in_batch, level, sequence, quality, reading_count)
    select timestamptz '2026-01-01Z' + i * interval '150 ms', i, $1 + i % 100, $2 + i % 100, 0, 0, 0, i, 1, i from generate_series(0, 499999) i`, [first.sensorKey, first.versionKey])
}

async function readParquet(url: string, columns?: string[]): Promise<Record<string, unknown>[]> {
  const answer = await fetch(url)
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'application/vnd.apache.parquet'])
  return parquetReadObjects({
    file: await answer.arrayBuffer(), ...columns === undefined ? {} : { columns },
    parsers: { timestampFromMicroseconds: (us: bigint) => us },
  })
}

function numberOf(value: unknown): number | null {
  return typeof value === 'bigint' ? Number(value) : null
}

/** By RFC 4180; an empty field that isn't quoted is null. */
function parseCsv(text: string): (string | null)[][] {
  const records: (string | null)[][] = [[]]
  for (const [whole, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (whole === '') break
    records.at(-1)?.push(quoted === undefined ? (plain === '' ? null : plain) : quoted.replaceAll('""', '"'))
    if (end === '\r\n') records.push([])
  }
  assert.deepEqual(records.pop(), [])
  return records
}
