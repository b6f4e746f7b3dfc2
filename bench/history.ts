import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../src/local/process/ports.ts'
import type { Pool } from '../src/postgres/pool.ts'
import { fillHistory, LONG_SHARE } from './history-fill.ts'
import type { FilledHistory, HistorySize } from './history-fill.ts'
import { withPlant } from './plant.ts'
import type { BenchPlant } from './plant.ts'
import { loadNow, machineLine, progress, quantile, table, whole, writeResults } from './report.ts'
import type { Row } from './report.ts'

const HOUR_MS = 3_600_000
const SPANS: readonly (readonly [string, number])[] = [
  ['10 minutes', HOUR_MS / 6], ['1 hour', HOUR_MS], ['6 hours', 6 * HOUR_MS], ['1 day', 24 * HOUR_MS], ['3 days', 72 * HOUR_MS],
  ['7 days', 168 * HOUR_MS], ['31 days', 31 * 24 * HOUR_MS], ['1 year', 365 * 24 * HOUR_MS],
]
const REQUESTS = 200
const WARM_UP_REQUESTS = 20
/** What all sensors have is read once a second for all who ask, so each of these asks later than that. */
const OVERVIEW_REQUESTS = 30
const OVERVIEW_SPACING_MS = 1_100
const READY_WITHIN_MS = 60_000

/** The history's requests over a full database. Prints, and writes bench/results/history.md. */
export async function benchHistory(options: HistorySize): Promise<void> {
  const loadAtStart = loadNow()
  await withPlant(async (plant) => {
    const { url, pool } = await plant.createDatabase()
    const filled = await fillHistory(pool, options)
    const monitoringUrl = await startMonitoring(plant, url)
    const histories: Row[] = []
    for (const [name, spanMs] of SPANS) {
      progress(`history: ${name}`)
      histories.push(await measureHistory(monitoringUrl, name, spanMs, filled, options.sensors))
    }
    const overviews: Row[] = []
    for (const path of ['/api/sensors', '/api/sensors?limit=100', '/api/machines', '/api/producer-health']) {
      progress(`overview: ${path}`)
      overviews.push(await measureOverview(monitoringUrl, path))
    }
    writeResults('history', 'History: what a chart and an overview cost', [
      await machineLine(pool, loadAtStart), await sizes(pool, options, filled),
      table(['history of', 'requests', 'level', 'points', 'p50', 'p95', 'p99', 'max', 'aim, p95'], histories),
      table(['overview', 'requests', 'size', 'p50', 'p95', 'p99', 'max', 'aim, p95'], overviews),
      'Over HTTP from a client on the same machine, one request after the other, each read whole; load average at the end '
      + `${loadNow().toFixed(1)}. A history is of a sensor and a time at random, in 500 points. An overview is of all sensors, and each of its `
      + 'requests finds nothing that was read for another.',
    ])
  })
}

async function startMonitoring(plant: BenchPlant, databaseUrl: string): Promise<string> {
  const [port = 0] = await freePorts(1)
  const env = { KAFKA_BROKERS: plant.brokers.join(','), DATABASE_URL: databaseUrl, MONITORING_PORT: String(port) }
  await plant.startService('monitoring', { main: 'src/monitoring/main.ts', env })
  const url = `http://127.0.0.1:${port}`
  const deadlineMs = performance.now() + READY_WITHIN_MS
  while (!await fetch(`${url}/health`).then((answer) => answer.ok, () => false)) {
    if (performance.now() > deadlineMs) throw new Error('the monitoring service does not answer')
    await sleep(100)
  }
  return url
}

async function measureHistory(url: string, name: string, spanMs: number, { beginMs, endMs }: FilledHistory, sensors: number): Promise<Row> {
  const tookMs: number[] = []
  const levels = new Set<string>()
  let points = 0
  for (let request = -WARM_UP_REQUESTS; request < REQUESTS; request++) {
    const sensor = 1 + Math.floor(Math.random() * sensors * LONG_SHARE)
    // Anywhere among the readings; a longer time ends with them.
    const toMs = endMs - Math.floor(Math.random() * Math.max(0, endMs - beginMs - spanMs))
    const query = `from=${new Date(toMs - spanMs).toISOString()}&to=${new Date(toMs).toISOString()}&points=500`
    const { body, ms } = await ask(`${url}/api/sensors/sensor-${sensor}/history?${query}`)
    if (request < 0) continue
    const { level, points: list } = JSON.parse(body) as { level: string, points: unknown[] }
    tookMs.push(ms)
    levels.add(level)
    points += list.length
  }
  return [name, whole(REQUESTS), [...levels].join(', '), whole(points / REQUESTS), ...quantiles(tookMs), '50 ms']
}

async function measureOverview(url: string, path: string): Promise<Row> {
  const tookMs: number[] = []
  let size = 0
  for (let request = -1; request < OVERVIEW_REQUESTS; request++) {
    await sleep(OVERVIEW_SPACING_MS)
    const { body, ms } = await ask(url + path)
    if (request >= 0) tookMs.push(ms)
    size = body.length
  }
  return [path, whole(OVERVIEW_REQUESTS), `${whole(size / 1024)} KiB`, ...quantiles(tookMs), '150 ms']
}

async function ask(url: string): Promise<{ readonly body: string, readonly ms: number }> {
  const begunMs = performance.now()
  const answer = await fetch(url)
  const body = await answer.text()
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${body}`)
  return { body, ms: performance.now() - begunMs }
}

function quantiles(tookMs: readonly number[]): string[] {
  return [0.5, 0.95, 0.99, 1].map((share) => `${quantile(tookMs, share).toFixed(1)} ms`)
}

async function sizes(pool: Pool, { sensors }: HistorySize, { readings }: FilledHistory): Promise<string> {
  const { rows } = await pool.query<{ database: number, buffers: string, minutes: number, hours: number }>(`
    select pg_database_size(current_database()) as database, current_setting('shared_buffers') as buffers,
      (select sum(reltuples)::bigint from pg_class where relname ~ '^reading_minute_\\d+$') as minutes,
      (select sum(reltuples)::bigint from pg_class where relname ~ '^reading_hour_\\d+$') as hours`)
  const { database = 0, buffers = '', minutes = 0, hours = 0 } = rows[0] ?? {}
  return `${whole(readings)} readings of ${whole(sensors)} sensors, one every 10 s, about ${whole(minutes)} rollups by minute and ${whole(hours)} `
    + 'by hour: a tenth of the sensors, of which the histories are, has them for four days and for a year. '
    + `${(database / 2 ** 30).toFixed(1)} GiB with all indexes; shared_buffers ${buffers}, the rest is read through the operating system.`
}
