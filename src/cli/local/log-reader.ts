import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

export interface LogReader {
  /** Whole lines that were added since the last call, without empty ones; the first time those of the file's last 256 kB. */
  newLines(): string[]
}

const FIRST_BYTES = 256 * 1024

/** Reads a file that grows, and that is emptied when it has become too large. A file that isn't there yet is read from its beginning. */
export function createLogReader(file: string): LogReader {
  let position: number | null = null
  let rest = ''
  let decoder = new StringDecoder('utf8')

  function read(): string {
    let descriptor: number
    try {
      descriptor = openSync(file, 'r')
    } catch {
      position = 0
      return ''
    }
    try {
      const { size } = fstatSync(descriptor)
      const first = position === null
      position ??= Math.max(0, size - FIRST_BYTES)
      if (size < position) {
        position = 0
        rest = ''
        decoder = new StringDecoder('utf8')
      }
      const buffer = Buffer.alloc(size - position)
      const read = readSync(descriptor, buffer, 0, buffer.length, position)
      // A line that begins before what is read is left out.
      const skip = first && position > 0 ? buffer.indexOf('\n') + 1 : 0
      position += read
      return decoder.write(buffer.subarray(skip, read))
    } finally {
      closeSync(descriptor)
    }
  }

  return {
    newLines() {
      const lines = (rest + read()).split('\n')
      rest = lines.pop() ?? ''
      return lines.filter((line) => line.trim() !== '')
    },
  }
}
