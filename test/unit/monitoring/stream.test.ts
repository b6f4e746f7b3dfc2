import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RecentAlert } from '../../../src/contract/api.ts'
import { createStream } from '../../../src/monitoring/stream.ts'
import type { Stream, StreamOptions } from '../../../src/monitoring/stream.ts'
import type { Owner } from '../../harness/plant.ts'

interface Listener {
  readonly socket: Socket
  text: string
}

interface Fixture {
  readonly stream: Stream
  /** Connects and reads everything, unless it is told not to. */
  readonly listen: (reads?: boolean) => Promise<Listener>
}

async function start(owner: Owner, options: StreamOptions = {}): Promise<Fixture> {
  const stream = createStream({ heartbeatMs: 20, ...options })
  const server = createServer((_request, response) => {
    if (!stream.connect(response, { 'x-test': '1' })) response.writeHead(503).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const sockets: Socket[] = []
  owner.after(async () => {
    stream.close()
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return {
    stream,
    async listen(reads = true) {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      sockets.push(socket)
      const listener = { socket, text: '' }
      socket.on('error', () => {})
      await once(socket, 'connect')
      const before = stream.clients
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
      if (reads) socket.setEncoding('utf8').on('data', (chunk: string) => { listener.text += chunk })
      await until(() => stream.clients > before || listener.text !== '')
      return listener
    },
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (condition()) return
    await sleep(5)
  }
  assert.fail('waited 5 s in vain')
}

function alerts(count: number, mark: string): RecentAlert[] {
  return Array.from({ length: count }, (_, index) => ({
    alert_id: `${mark}-${index}`, sensor_id: 's', sensor_type: 'temperature', anomaly_type: 'x', severity: 'high', sensor_value: 1, sensor_unit: 'C',
    description: 'd'.repeat(100), detected_by: 'c', timestamp: '2026-01-01T00:00:00.000Z', sensor_alert_level: 'critical', status: 'active',
    episode_id: null, transition: null,
  }))
}

/** The data of each event of this name, in order. */
function eventsOf(text: string, event: string): string[] {
  return [...text.matchAll(new RegExp(`event: ${event}\ndata: (.*)\n\n`, 'g'))].map((match) => match[1] as string)
}

describe('the stream', () => {
  test('gives a newcomer its head and the present state of all sections', async (t) => {
    const { stream, listen } = await start(t)
    stream.publish('alerts', alerts(1, 'old'))
    stream.publish('consumers', [])
    const { text } = await listen().then(async (listener) => {
      await until(() => listener.text.includes('event: alerts'))
      return listener
    })
    assert.match(text, /^HTTP\/1\.1 200 OK\r\nx-test: 1\r\ncontent-type: text\/event-stream; charset=utf-8\r\ncache-control: no-store\r\n/)
    assert.match(text, /x-accel-buffering: no/)
    assert.match(text, /retry: 1000\n\n/)
    assert.match(text, /id: \d+\nevent: consumers\ndata: \[\]\n\n/)
    assert.deepEqual(eventsOf(text, 'alerts').map((data) => (JSON.parse(data) as RecentAlert[])[0]?.alert_id), ['old-0'])
  })

  test('sends a section when it changed, and only then', async (t) => {
    const { stream, listen } = await start(t)
    const [one, two] = [await listen(), await listen()]
    stream.publish('alerts', alerts(1, 'a'))
    stream.publish('alerts', alerts(1, 'a'))
    await sleep(20)
    stream.publish('alerts', alerts(1, 'b'))
    stream.publish('alerts', alerts(1, 'b'))
    await until(() => one.text.includes('b-0') && two.text.includes('b-0'))
    assert.equal(eventsOf(one.text, 'alerts').length, 2)
    assert.equal(eventsOf(two.text, 'alerts').length, 2)
  })

  test('paces a large section, and its newest state comes in the end', async (t) => {
    const { stream, listen } = await start(t)
    const listener = await listen()
    // 22 kB: five times a second.
    for (let version = 0; version < 100; version++) {
      stream.publish('alerts', alerts(70, `v${version}`))
      await sleep(5)
    }
    for (let tries = 0; tries < 60; tries++) {
      stream.publish('alerts', alerts(70, 'v99'))
      await sleep(5)
    }
    const events = eventsOf(listener.text, 'alerts')
    assert.ok(events.length >= 3 && events.length <= 6, `${events.length} events`)
    assert.match(events.at(-1) ?? '', /v99-0/)
  })

  test('sends a heartbeat with the clock to those who have nothing new', async (t) => {
    const { listen } = await start(t)
    const listener = await listen()
    await until(() => eventsOf(listener.text, 'heartbeat').length >= 2)
    const { timestamp } = JSON.parse(eventsOf(listener.text, 'heartbeat')[0] as string) as { timestamp: string }
    assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 5_000)
  })

  test('forgets who goes', async (t) => {
    const { stream, listen } = await start(t)
    const listener = await listen()
    assert.equal(stream.clients, 1)
    listener.socket.destroy()
    await until(() => stream.clients === 0)
  })

  test('refuses more listeners than it can serve', async (t) => {
    const { stream, listen } = await start(t, { maxClients: 1 })
    await listen()
    const refused = await listen()
    await until(() => refused.text !== '')
    assert.match(refused.text, /^HTTP\/1\.1 503 /)
    assert.equal(stream.clients, 1)
  })

  test('drops a listener that reads nothing, keeps at most one section for it, and serves the others', async (t) => {
    const { stream, listen } = await start(t, { stalledMs: 400 })
    const reader = await listen()
    const sleeper = await listen(false)
    sleeper.socket.pause()
    assert.equal(stream.clients, 2)
    const before = process.memoryUsage().arrayBuffers
    let largest = 0
    const begunMs = performance.now()
    // 3 MB each, at the pace of their size.
    for (let version = 0; stream.clients === 2; version++) {
      assert.ok(performance.now() - begunMs < 20_000, 'the sleeper is still there after 20 s')
      stream.publish('alerts', alerts(10_000, `v${version}`))
      await sleep(100)
      largest = Math.max(largest, process.memoryUsage().arrayBuffers - before)
    }
    assert.equal(stream.clients, 1)
    assert.ok(largest < 40e6, `${largest} bytes were kept`)
    stream.publish('consumers', [])
    await until(() => reader.text.includes('event: consumers'))
  })

  test('gives a listener that was slow the newest state when it reads again', async (t) => {
    const { stream, listen } = await start(t, { stalledMs: 60_000 })
    const slow = await listen(false)
    for (let version = 0; version < 3; version++) {
      stream.publish('alerts', alerts(10_000, `v${version}`))
      stream.publish('ledger', { ok: true, verdict: `v${version}` } as never)
      await sleep(2_050)
    }
    slow.socket.setEncoding('utf8').on('data', (chunk: string) => { slow.text += chunk })
    await until(() => eventsOf(slow.text, 'ledger').some((data) => data.includes('v2')))
    const seen = eventsOf(slow.text, 'alerts').map((data) => /v\d/.exec(data)?.[0])
    assert.equal(seen.at(-1), 'v2')
    assert.ok(seen.length < 3, `${seen.join(' ')}: those in between were to be left out`)
  })
})
