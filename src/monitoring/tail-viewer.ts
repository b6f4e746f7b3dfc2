import type { ServerResponse } from 'node:http'
import { STREAM_HEARTBEAT_MS } from '../contract/stream.ts'
import { openListener } from './event-listener.ts'
import type { TailViewer } from './kafka-tail.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/**
 * Server-sent events of a tail. While the socket's buffer is full the viewer isn't ready, so nothing is read for it; one that takes
 * nothing for long is disconnected. `gone` is aborted with the connection.
 */
export function openTailViewer(response: ServerResponse, gone: AbortController): TailViewer {
  const end = (): void => {
    clearInterval(beat)
    gone.abort()
  }
  const listener = openListener(response, { headers: SECURITY_HEADERS, onGone: end })
  const beat = setInterval(() => { listener.beat(heartbeat()) }, STREAM_HEARTBEAT_MS)
  // It may have left while it was being asked about.
  if (response.destroyed) end()
  listener.write(heartbeat())
  return {
    get ready() { return listener.ready },
    send: (tail) => { listener.write(toEvent('messages', tail)) },
    complain: (error) => { listener.write(toEvent('trouble', { error })) },
  }
}

function heartbeat(): string {
  return toEvent('heartbeat', { timestamp: new Date().toISOString() })
}

function toEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
