import type { ServerResponse } from 'node:http'
import { STREAM_HEARTBEAT_MS, STREAM_SECTIONS } from '../contract/stream.ts'
import type { StreamData, StreamSection } from '../contract/stream.ts'
import { openListener } from './event-listener.ts'
import type { Listener } from './event-listener.ts'

export interface StreamOptions {
  readonly maxClients?: number
  readonly heartbeatMs?: number
  /** A client that takes nothing for so long is disconnected. */
  readonly stalledMs?: number
}

/** Sends the newest state of each section to everybody who listens. */
export interface Stream {
  /** Takes the present state of a section; it is sent if it changed, at the pace that its size allows. */
  publish<S extends StreamSection>(section: S, data: StreamData[S]): void
  /** Takes over a response: head, all sections, then each change. False when there are too many clients already. */
  connect(response: ServerResponse, headers: Record<string, string>): boolean
  readonly clients: number
  close(): void
}

interface Version {
  /** Rises with each state that is sent; 0 is none. */
  number: number
  json: string
  /** A state that waits for its turn. */
  pending: string | null
  frame: Buffer
  notBeforeMs: number
}

interface Client {
  readonly response: ServerResponse
  readonly listener: Listener
  /** The number of the newest state it was given, by section. */
  readonly given: Map<StreamSection, number>
}

const MAX_CLIENTS = 500
/** What a section may cost each client: 100 kB/s. A section of 20 kB goes out 5 times a second, one of 200 kB every 2 s. */
const BYTES_PER_MS = 100
const MAX_PACE_MS = 2_000
/** These change with every look at the clock or every commit, and nobody reads them faster. */
const PACE_MS: Partial<Record<StreamSection, number>> = { metrics: 500, ledger: 500 }

/**
 * Every client holds at most one section beyond what its socket takes: while that is full nothing more is written, and when it
 * has drained the newest states follow, not those in between. One that doesn't drain is disconnected.
 */
export function createStream(options: StreamOptions = {}): Stream {
  const { maxClients = MAX_CLIENTS, heartbeatMs = STREAM_HEARTBEAT_MS, stalledMs } = options
  const versions = new Map<StreamSection, Version>()
  const clients = new Set<Client>()
  let frames = 0

  function giveChanges(client: Client): void {
    for (const section of STREAM_SECTIONS) {
      if (!client.listener.ready) return
      const version = versions.get(section)
      if (version === undefined || client.given.get(section) === version.number) continue
      client.given.set(section, version.number)
      client.listener.write(version.frame)
    }
  }

  function release(section: StreamSection, version: Version, json: string): void {
    frames++
    version.number++
    version.json = json
    version.pending = null
    version.frame = Buffer.from(`id: ${frames}\nevent: ${section}\ndata: ${json}\n\n`)
    version.notBeforeMs = performance.now() + Math.max(PACE_MS[section] ?? 0, Math.min(MAX_PACE_MS, version.frame.length / BYTES_PER_MS))
    for (const client of clients) giveChanges(client)
  }

  const beat = setInterval(() => {
    // The comment is for people who watch by curl; a page sees the event.
    const heartbeat = `: heartbeat\nevent: heartbeat\ndata: {"timestamp":"${new Date().toISOString()}"}\n\n`
    for (const { listener } of clients) listener.beat(heartbeat)
  }, heartbeatMs)

  return {
    publish(section, data) {
      const json = JSON.stringify(data)
      const version = versions.get(section)
      if (version === undefined) {
        const first = { number: 0, json, pending: null, frame: Buffer.alloc(0), notBeforeMs: 0 }
        versions.set(section, first)
        release(section, first, json)
        return
      }
      version.pending = json === version.json ? null : json
      if (version.pending !== null && performance.now() >= version.notBeforeMs) release(section, version, json)
    },
    connect(response, headers) {
      if (clients.size >= maxClients) return false
      const listener = openListener(response, {
        headers, stalledMs, onReady: () => { giveChanges(client) }, onGone: () => { clients.delete(client) },
      })
      const client: Client = { response, listener, given: new Map() }
      clients.add(client)
      listener.write('retry: 1000\n\n')
      // What waits for its turn is the present state: a newcomer gets it, and so do the others.
      for (const [section, version] of versions) if (version.pending !== null) release(section, version, version.pending)
      giveChanges(client)
      return true
    },
    get clients() { return clients.size },
    close() {
      clearInterval(beat)
      for (const client of clients) {
        client.response.end()
        // A client that doesn't read would keep the connection, and with it the stop.
        client.response.destroy()
      }
      clients.clear()
    },
  }
}
