import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const TAIL_BYTES = 16 * 1024

/** Of a stack: Java's and Node's. */
const FRAME = /^\s+(at |\.\.\. \d+ more)/

/** The last lines of a log, without empty ones and stacks, for the error that says why a process ended. Empty when there is no file. */
export function lastLines(file: string, count: number, fromByte = 0): string {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return ''
  }
  try {
    const { size } = fstatSync(descriptor)
    const start = Math.max(fromByte, size - TAIL_BYTES)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    const read = readSync(descriptor, buffer, 0, buffer.length, start)
    return buffer.toString('utf8', 0, read).split('\n').filter((line) => line.trim() !== '' && !FRAME.test(line)).slice(-count).join('\n')
  } finally {
    closeSync(descriptor)
  }
}
