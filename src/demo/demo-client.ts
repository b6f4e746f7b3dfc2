import { connect } from 'node:net'
import { messageOf } from '../runtime/errors.ts'
import type { DemoAnswer, DemoRequest } from './protocol.ts'

/** A list of a hundred services has 10 kB. */
const MAX_ANSWER_BYTES = 256 * 1024

/** Nobody answers at the socket, or not in time: whether it was done isn't known. It passes. */
export class DemoUnreachableError extends Error {
  override readonly name = 'DemoUnreachableError'
}

/** Asks at this socket. Rejects with a `DemoUnreachableError`. */
export async function askDemo(path: string, request: DemoRequest, withinMs: number): Promise<DemoAnswer> {
  let text: string
  try {
    text = await exchangeLines(path, JSON.stringify(request), withinMs)
  } catch (error) {
    throw new DemoUnreachableError(messageOf(error))
  }
  return JSON.parse(text) as DemoAnswer
}

async function exchangeLines(path: string, line: string, withinMs: number): Promise<string> {
  const socket = connect(path)
  const late = setTimeout(() => socket.destroy(new Error(`no answer within ${withinMs / 1000} s`)), withinMs)
  try {
    socket.write(`${line}\n`)
    let text = ''
    for await (const chunk of socket.setEncoding('utf8')) {
      text += String(chunk)
      if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer is too long')
    }
    if (!text.endsWith('\n')) throw new Error('it ended before it had answered')
    return text
  } finally {
    clearTimeout(late)
    socket.destroy()
  }
}
