// Runs alone: it freezes and kills a PostgreSQL server, and looks at how long answers take.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SystemStatus } from '../../src/contract/api.ts'
import type { StreamData } from '../../src/contract/stream.ts'
import { startPostgres } from '../../src/local/postgres/server.ts'
import type { PostgresServer } from '../../src/local/postgres/server.ts'
import { freePorts } from '../../src/local/process/ports.ts'
import { startReaper } from '../../src/local/process/reaper.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { assertDescribed, openPool, startClient } from './monitoring-client.ts'
import type { Answer, MonitoringClient, StreamEvent } from './monitoring-client.ts'

const PATHS = ['system-status', 'consumer-health', 'producer-health', 'partition-assignment', 'real-time-metrics', 'recent-alerts', 'ledger'].map((name) => `/api/${name}`)
const LONGEST_ANSWER_MS = 3_000

const folder = mkdtempSync(join(tmpdir(), 'monitoring-outage-'))
const reaper = startReaper()
let port = 0
let server: PostgresServer

async function startServer(): Promise<void> {
  server = await startPostgres({ dir: folder, port, logFile: join(folder, 'postgres.log'), reaper })
  await server.ready
}

before(async () => {
  await chmod(folder, 0o755)
  ;[port = 0] = await freePorts(1)
  await startServer()
  await migrate(server.url)
})

after(async () => {
  await server.stop()
  await reaper.close()
  rmSync(folder, { recursive: true, force: true })
})

async function assertDown(api: MonitoringClient, longestMs = LONGEST_ANSWER_MS): Promise<void> {
  const answers = await Promise.all([...PATHS, '/health'].map(async (path): Promise<[string, Answer]> => [path, await api.get(path)]))
  for (const [path, { status, body, tookMs }] of answers) {
    assert.equal(status, 503, `${path}: ${JSON.stringify(body)}`)
    assert.ok(tookMs < longestMs, `${path} took ${tookMs} ms`)
    await assertDescribed(api.url, path, 503, body)
    const reason = path === '/health' ? (body as { reason: string }).reason : (body as { error: string }).error
    assert.match(reason, /PostgreSQL|database|answer/, path)
  }
}

async function untilUp(api: MonitoringClient, timeoutMs = 5_000): Promise<void> {
  const begunMs = performance.now()
  while ((await api.get('/health')).status !== 200) {
    assert.ok(performance.now() - begunMs < timeoutMs, 'the service does not recover')
    await sleep(50)
  }
  for (const path of PATHS) await api.read(path)
}

function lastHealth(events: readonly StreamEvent[]): StreamData['health'] | undefined {
  return events.findLast(({ event }) => event === 'health')?.data as StreamData['health'] | undefined
}

async function untilHealth(events: readonly StreamEvent[], status: string, timeoutMs = 4_000): Promise<StreamData['health']> {
  const begunMs = performance.now()
  for (;;) {
    const health = lastHealth(events)
    if (health?.status === status) return health
    assert.ok(performance.now() - begunMs < timeoutMs, `the stream does not say ${status}`)
    await sleep(10)
  }
}

describe('a database that is down', () => {
  test('is said by every path and by the stream, which stays open; it recovers by itself', async (t) => {
    const api = await startClient(t, server.url)
    await untilUp(api)
    const { events, ended } = await api.listen()
    let streamEnded = false
    void ended.then(() => { streamEnded = true })
    await untilHealth(events, 'healthy')
    const db = openPool(t, server.url)
    await db.query(`insert into consumer_health (consumer_id, heartbeat_interval_ms, last_heartbeat, assigned_partitions)
      values ('lives', 2000, now(), '[0]'), ('dead', 2000, now() - interval '1 minute', '[1]')`)
    await sleep(500)
    assert.equal((await api.read<SystemStatus>('/api/system-status')).status.consumers.active_count, 1)

    assert.ok(server.process.kill('SIGKILL'))
    await server.process.exited
    const down = await untilHealth(events, 'unhealthy')
    assert.match(down.reason ?? '', /^PostgreSQL: /)
    await assertDown(api)
    // Now it is known, so nobody waits.
    await assertDown(api, 500)
    const late = await api.listen()
    await untilHealth(late.events, 'unhealthy')
    // Longer than a heartbeat is fresh.
    await sleep(6_500)

    await startServer()
    await untilUp(api)
    await untilHealth(events, 'healthy')
    assert.equal(streamEnded, false)
    // Nobody could write in the meantime: who was active stays so until it had its time, who was dead stays dead.
    const { status } = await api.read<SystemStatus>('/api/system-status')
    assert.deepEqual([status.consumers.active_count, status.consumers.total_count], [1, 2])
    const flaps = events.filter(({ event, data }) => event === 'status' && (data as SystemStatus).status.consumers.active_count !== 1 && (data as SystemStatus).status.consumers.total_count === 2)
    assert.equal(flaps.length, 0)
  })

  test('that hangs is answered for within three seconds, and recovers', async (t) => {
    const api = await startClient(t, server.url)
    await untilUp(api)
    const { events } = await api.listen()
    await untilHealth(events, 'healthy')
    // The processes of its sessions are in its process group only on some systems, so each is told.
    const db = openPool(t, server.url)
    const { rows } = await db.query<{ pid: number }>(`select pid from pg_stat_activity where application_name = 'monitoring'`)
    const pids = [...rows.map(({ pid }) => pid), server.process.pid]
    assert.ok(rows.length > 0)
    t.after(() => { for (const pid of pids) try { process.kill(pid, 'SIGCONT') } catch { /* it has ended */ } })
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    await assertDown(api)
    await untilHealth(events, 'unhealthy')
    await assertDown(api)
    for (const pid of pids) process.kill(pid, 'SIGCONT')
    await untilUp(api)
    await untilHealth(events, 'healthy')
  })

  test('whose connections the network has forgotten is reached by new ones', async (t) => {
    const sockets: Socket[] = []
    const proxy = createServer((socket) => {
      const upstream = connect(port, '127.0.0.1')
      sockets.push(socket.on('error', () => {}), upstream.on('error', () => {}))
      socket.pipe(upstream).pipe(socket)
    })
    await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve) })
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    })
    const url = new URL(server.url)
    url.port = String((proxy.address() as AddressInfo).port)
    const api = await startClient(t, url.href)
    const { events } = await api.listen()
    await untilHealth(events, 'healthy')
    // Both connections of the pool, one after the other.
    for (let round = 0; round < 3; round++) {
      for (const socket of sockets) socket.unpipe().pause()
      await untilHealth(events, 'unhealthy')
      await untilUp(api)
      await untilHealth(events, 'healthy')
    }
  })

  test('does not keep the service from starting', async (t) => {
    await server.stop()
    const api = await startClient(t, server.url)
    await assertDown(api)
    const { events } = await api.listen()
    await untilHealth(events, 'unhealthy')
    await startServer()
    await untilUp(api)
    await untilHealth(events, 'healthy')
  })

  test('that takes connections and never speaks does not either', async (t) => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => { sockets.push(socket.on('error', () => {})) })
    await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve) })
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    const address = silent.address()
    assert.ok(typeof address === 'object' && address !== null)
    const api = await startClient(t, `postgresql://u:p@127.0.0.1:${address.port}/x`)
    await assertDown(api)
    await assertDown(api)
  })
})
