import type { KafkaTail } from '../../contract/kafka-api.ts'
import { NO_ANSWER, sentence } from './ask.ts'

export interface TailHandlers {
  readonly onTail: (tail: KafkaTail) => void
  /** Null: it is well again. */
  readonly onTrouble: (error: string | null) => void
}

const RETRY_MS = 2_000
/** The service says something every 3 s at least. */
const SILENCE_MS = 8_000

/**
 * Follows a tail until the signal is aborted; connects again when it is lost, to where `url` then says. Not by EventSource: that hides the
 * words of a refusal, and never tries again after one.
 */
export async function followTail(url: () => string, handlers: TailHandlers, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await followOnce(url(), handlers, signal)
    } catch (error) {
      if (!signal.aborted) handlers.onTrouble(error instanceof TailError ? error.message : NO_ANSWER)
    }
    await new Promise((resolve) => { setTimeout(resolve, RETRY_MS) })
  }
}

class TailError extends Error {}

async function followOnce(url: string, handlers: TailHandlers, signal: AbortSignal): Promise<void> {
  const silent = new AbortController()
  let timer = setTimeout(() => silent.abort(), SILENCE_MS)
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, silent.signal]) })
    if (!response.ok) throw new TailError(sentence((await response.json() as { error: string }).error))
    const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      clearTimeout(timer)
      timer = setTimeout(() => silent.abort(), SILENCE_MS)
      const frames = (text + chunk.value).split('\n\n')
      text = frames.pop() ?? ''
      for (const frame of frames) heed(frame, handlers)
    }
    throw new TailError(NO_ANSWER)
  } finally {
    clearTimeout(timer)
  }
}

function heed(frame: string, { onTail, onTrouble }: TailHandlers): void {
  const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(frame) ?? []
  if (event === undefined || data === undefined) return
  if (event === 'trouble') {
    onTrouble(sentence((JSON.parse(data) as { error: string }).error))
    return
  }
  onTrouble(null)
  if (event === 'messages') onTail(JSON.parse(data) as KafkaTail)
}
