import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { ExitError, messageOf } from '../runtime/errors.ts'

const CHUNK_BYTES = 1 << 20

export interface Line {
  readonly text: string
  /** In the file, from 1. */
  readonly number: number
  /** Of the file, up to the chunk that the line is in: 0 to 1. */
  readonly share: number
}

/** The lines of a UTF-8 file that aren't empty, without their ends, a megabyte in memory at a time. Throws an `ExitError`. */
export function* linesOf(path: string): Generator<Line, void> {
  const file = open(path)
  try {
    const sizeBytes = Math.max(1, fstatSync(file).size)
    const decoder = new StringDecoder('utf8')
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let rest = ''
    let number = 0
    let doneBytes = 0
    for (;;) {
      const count = read(file, chunk, path)
      doneBytes += count
      const share = Math.min(1, doneBytes / sizeBytes)
      const lines = (rest + (count === 0 ? decoder.end() : decoder.write(chunk.subarray(0, count)))).split('\n')
      rest = count === 0 ? '' : lines.pop() ?? ''
      for (const line of lines) {
        number++
        const text = (number === 1 ? line.replace(/^\ufeff/, '') : line).trimEnd()
        if (text !== '') yield { text, number, share }
      }
      if (count === 0) return
    }
  } finally {
    closeSync(file)
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw new ExitError(`${path} can't be read: ${messageOf(error)}`)
  }
}

function read(file: number, chunk: Buffer, path: string): number {
  try {
    return readSync(file, chunk)
  } catch (error) {
    throw new ExitError(`${path} can't be read: ${messageOf(error)}`)
  }
}
