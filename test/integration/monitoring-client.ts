import assert from 'node:assert/strict'
import { Compile } from 'typebox/schema'
import { UNPROTECTED } from '../../src/kafka/security.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { readFrames } from '../../src/runtime/event-stream.ts'
import { createLog } from '../../src/runtime/log.ts'
import { startMonitoring } from '../../src/monitoring/service.ts'
import type { Owner } from '../harness/plant.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly tookMs: number
}

export interface StreamEvent {
  readonly event: string
  readonly data: unknown
  /** When it came, by performance.now(). */
  readonly atMs: number
}

export interface MonitoringClient {
  readonly url: string
  get(path: string): Promise<Answer>
  /** The JSON of a path that must answer 200, and as /openapi.json says. */
  read<T>(path: string): Promise<T>
  /** Listens to the stream until the test is over. */
  listen(): Promise<{ readonly events: StreamEvent[], readonly ended: Promise<void> }>
}

/** The monitoring service on a free port, until the test is over; without Kafka unless brokers are given. */
export async function startClient(owner: Owner, databaseUrl: string, kafka: { brokers?: readonly string[], topic?: string } = {}): Promise<MonitoringClient> {
  const service = await startMonitoring({
    host: '127.0.0.1', port: 0, databaseUrl, brokers: kafka.brokers ?? ['127.0.0.1:1'], kafkaSecurity: UNPROTECTED,
    sensorTopic: kafka.topic ?? 'sensor-data', alertTopic: 'alerts', logLevel: 'silent',
  }, createLog('monitoring', 'silent'))
  const listening = new AbortController()
  owner.after(async () => {
    listening.abort()
    await service.close()
  })
  service.failed.catch((error: unknown) => assert.fail(error as Error))

  async function get(path: string): Promise<Answer> {
    const begunMs = performance.now()
    const response = await fetch(service.url + path)
    return { status: response.status, body: await response.json(), tookMs: performance.now() - begunMs }
  }

  return {
    url: service.url, get,
    async read<T>(path: string) {
      const { status, body } = await get(path)
      assert.equal(status, 200, JSON.stringify(body))
      await assertDescribed(service.url, path.split('?', 1)[0] ?? path, 200, body)
      return body as T
    },
    async listen() {
      const response = await fetch(`${service.url}/api/stream`, { signal: listening.signal })
      assert.equal(response.status, 200)
      const events: StreamEvent[] = []
      const ended = collect(response, events).catch((error: unknown) => { if (!listening.signal.aborted) throw error })
      return { events, ended }
    },
  }
}

async function collect(response: Response, events: StreamEvent[]): Promise<void> {
  for await (const frame of readFrames(response.body as ReadableStream<Uint8Array>)) {
    const event = /^event: (.*)$/m.exec(frame)?.[1]
    const data = /^data: (.*)$/m.exec(frame)?.[1]
    if (event !== undefined && data !== undefined) events.push({ event, data: JSON.parse(data), atMs: performance.now() })
  }
}

/** Checks an answer against what /openapi.json says of its path and status. */
export async function assertDescribed(url: string, path: string, status: number, body: unknown, method = 'get'): Promise<void> {
  const description = await (await fetch(`${url}/openapi.json`)).json() as {
    paths: Record<string, Record<string, { responses: Record<string, { content: { 'application/json': { schema: object } } }> }>>
  }
  const schema = description.paths[path]?.[method]?.responses[status]?.content['application/json'].schema
  assert.ok(schema !== undefined, `/openapi.json says nothing of ${path} with ${status}`)
  const [matches, errors] = Compile(schema).Errors(body)
  assert.ok(matches, `${path} is not as described: ${JSON.stringify(errors)}`)
}

export function openPool(owner: Owner, databaseUrl: string): Pool {
  const pool = createPool(databaseUrl, { applicationName: 'test', max: 2 })
  owner.after(() => pool.end())
  return pool
}
