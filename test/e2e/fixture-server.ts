import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, resolve, sep } from 'node:path'
import { build } from 'vite'
import type { Session } from '../../src/contract/access-api.ts'
import type { StreamData, StreamSection } from '../../src/contract/stream.ts'

/** Serves the page as the monitoring service does, and a stream of events that the test writes. */
export interface FixtureServer {
  readonly url: string
  /** Sends one section to all viewers, and to those that connect later. */
  send<S extends StreamSection>(section: S, data: StreamData[S]): void
  /** Sends all given sections. */
  sendAll(sections: Partial<StreamData>): void
  /** Sends this event now; the heartbeat that is due every second goes on by itself. */
  heartbeat(): void
  /** Connections stay open, and new ones are accepted, but nothing is sent any more. */
  silence(silent: boolean): void
  /** Answers the stream with this status; 200 again makes it work. */
  answerWith(status: number): void
  /** What a path answers from now on, such as `GET /api/session`; with null no more. Without one a path of the API answers 404. */
  answer(request: string, body: object | null): void
  /** Forgets what was sent, for viewers that connect later, and all answers. */
  forget(): void
  /** Ends all connections and stops listening, as when the service was killed. */
  kill(): Promise<void>
  /** Listens again, on the same port. */
  revive(): Promise<void>
  close(): Promise<void>
}

/** No script, style, image or connection but the service's own. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "base-uri 'none'",
  "form-action 'none'", "frame-ancestors 'none'",
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
}
/** Nobody is logged in, and everybody may read. */
export const READER: Session = {
  account: null, role: null, accounts: false, demo: false, single_sign_on: null, ends_at: null, may: { read: true, operate: false, administer: false },
}
export const OPERATOR: Session = {
  ...READER, account: 'olga', role: 'operator', accounts: true, may: { read: true, operate: true, administer: false },
}
const HEARTBEAT_MS = 1_000

/** Builds the page as it is in the source now (0.3 s) into a folder of its own, and serves it on a free port. */
export async function startFixtureServer(port = 0): Promise<FixtureServer> {
  const dist = mkdtempSync(join(tmpdir(), 'dashboard-'))
  await build({ root: resolve(import.meta.dirname, '../../src/dashboard'), logLevel: 'warn', build: { outDir: dist, emptyOutDir: true } })

  const viewers = new Set<ServerResponse>()
  const last = new Map<string, string>()
  const answers = new Map<string, string>()
  let silent = false
  let status = 200
  let server: Server | null = null
  let listeningPort = port

  const heartbeat = (): string => frame('heartbeat', { timestamp: new Date().toISOString() })
  const broadcast = (text: string): void => {
    if (!silent) for (const viewer of viewers) viewer.write(text)
  }
  const openStream = (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    if (status !== 200) return void response.end()
    response.flushHeaders()
    viewers.add(response)
    response.on('close', () => viewers.delete(response))
    if (!silent) response.write([...last.values(), heartbeat()].join(''))
  }
  const listen = async (): Promise<void> => {
    const listening = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname
      const answer = answers.get(`${request.method} ${path}`) ?? (path === '/api/session' ? JSON.stringify(READER) : undefined)
      if (path === '/api/stream') openStream(response)
      else if (answer !== undefined) response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
      else void serveFile(dist, path, response)
    })
    await once(listening.listen(listeningPort, '127.0.0.1'), 'listening')
    listeningPort = (listening.address() as AddressInfo).port
    server = listening
  }
  const stopListening = async (): Promise<void> => {
    if (server === null) return
    const stopped = once(server.close(), 'close')
    server.closeAllConnections()
    server = null
    await stopped
  }

  await listen()
  const timer = setInterval(() => broadcast(heartbeat()), HEARTBEAT_MS)
  const send = <S extends StreamSection>(section: S, data: StreamData[S]): void => {
    last.set(section, frame(section, data))
    broadcast(frame(section, data))
  }
  return {
    url: `http://127.0.0.1:${listeningPort}/`,
    send,
    sendAll(sections) {
      for (const [section, data] of Object.entries(sections)) send(section as StreamSection, data)
    },
    heartbeat: () => broadcast(heartbeat()),
    silence(value) {
      silent = value
    },
    answerWith(value) {
      status = value
      if (value !== 200) for (const viewer of viewers) viewer.end()
    },
    answer(request, body) {
      if (body === null) answers.delete(request)
      else answers.set(request, JSON.stringify(body))
    },
    forget() {
      last.clear()
      answers.clear()
    },
    kill: stopListening,
    revive: listen,
    async close() {
      clearInterval(timer)
      await stopListening()
      rmSync(dist, { recursive: true, force: true })
    },
  }
}

function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

async function serveFile(dist: string, path: string, response: ServerResponse): Promise<void> {
  const file = resolve(dist, `.${path === '/' ? '/index.html' : extname(path) === '' ? `${path}.html` : path}`)
  const body = file.startsWith(dist + sep) ? await readFile(file).catch(() => null) : null
  if (body === null) return void response.writeHead(404).end()
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff', 'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  }).end(body)
}
