import type { ServerResponse } from 'node:http'

/** Somebody who listens to server-sent events. */
export interface Listener {
  /** False while its buffer is full. */
  readonly ready: boolean
  write(chunk: Buffer | string): void
  /** Every few seconds: gives this to one that is ready, and disconnects one that hasn't been ready for too long. */
  beat(chunk: string): void
}

export interface ListenerOptions {
  readonly headers: Readonly<Record<string, string>>
  /** One that takes nothing for so long is disconnected. */
  readonly stalledMs?: number | undefined
  /** It is ready again. */
  readonly onReady?: () => void
  /** It is gone; may be called more than once. */
  readonly onGone: () => void
}

const STALLED_MS = 10_000

/** Takes over a response, and writes its head. */
export function openListener(response: ServerResponse, options: ListenerOptions): Listener {
  const { headers, stalledMs = STALLED_MS, onReady, onGone } = options
  /** Since when its buffer is full; null: it takes what comes. */
  let blockedSinceMs: number | null = null

  function write(chunk: Buffer | string): void {
    if (!response.write(chunk)) blockedSinceMs ??= performance.now()
  }

  response.on('drain', () => {
    blockedSinceMs = null
    onReady?.()
  })
  response.on('close', onGone)
  response.on('error', onGone)
  response.writeHead(200, {
    ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', connection: 'keep-alive',
    // nginx would hold the events back.
    'x-accel-buffering': 'no',
  })
  return {
    get ready() { return blockedSinceMs === null },
    write,
    beat(chunk) {
      if (blockedSinceMs === null) return write(chunk)
      if (performance.now() - blockedSinceMs <= stalledMs) return
      response.destroy()
      // One that was gone before it was taken over has no event left.
      onGone()
    },
  }
}
