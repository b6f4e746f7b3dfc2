import type { ServerResponse } from 'node:http'
import { STREAM_HEARTBEAT_MS } from '../contract/stream.ts'
import type { TailViewer } from './kafka-tail.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

const STALLED_MS = 10_000

/**
 * Server-sent events of a tail. While the socket's buffer is full the viewer isn't ready, so nothing is read for it; one that takes
 * nothing for 10 s is disconnected. `gone` is aborted with the connection.
 */
export function openTailViewer(response: ServerResponse, gone: AbortController): TailViewer {
  let blockedSinceMs: number | null = null
  const write = (event: string, data: unknown): void => {
    if (!response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) blockedSinceMs ??= performance.now()
  }
  const beat = setInterval(() => {
    if (blockedSinceMs === null) write('heartbeat', { timestamp: new Date().toISOString() })
    else if (performance.now() - blockedSinceMs > STALLED_MS) response.destroy()
  }, STREAM_HEARTBEAT_MS)
  const end = (): void => {
    clearInterval(beat)
    gone.abort()
  }
  response.on('drain', () => { blockedSinceMs = null })
  response.on('close', end)
  response.on('error', end)
  // It may have left while it was being asked about.
  if (response.destroyed) end()
  response.writeHead(200, {
    ...SECURITY_HEADERS, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', connection: 'keep-alive',
    // nginx would hold the events back.
    'x-accel-buffering': 'no',
  })
  write('heartbeat', { timestamp: new Date().toISOString() })
  return {
    get ready() { return blockedSinceMs === null },
    send: (tail) => write('messages', tail),
    complain: (error) => write('trouble', { error }),
  }
}
