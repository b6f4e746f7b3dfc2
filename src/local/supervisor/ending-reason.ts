import { lastLines } from '../process/log-tail.ts'
import type { Exit } from '../process/spawn.ts'

export interface EndingReason {
  /** One line. */
  readonly reason: string
  /** It said that a person has to change something: a wrong variable, no rights. */
  readonly needsPerson: boolean
}

/** What the end of one of our own processes means, from the last lines of its log. */
export function explainEnding({ code, signal }: Exit, log: string): EndingReason {
  const how = signal === null ? `ended with code ${code}` : `killed by ${signal}`
  if (signal !== null || code === 0) return { reason: how, needsPerson: false }
  const lines = log.split('\n').filter((line) => line !== '')
  const last = lines.at(-1)
  if (last === undefined) return { reason: how, needsPerson: false }
  const entry = parseLogLine(last)
  if (entry !== undefined) {
    // What a person has to mend is logged without a stack.
    return entry['level'] === 'fatal' ? { reason: String(entry['msg']), needsPerson: entry['err'] === undefined } : { reason: how, needsPerson: false }
  }
  // Node's own words about a program that can't be loaded end with its version.
  const error = /^Node\.js v\d/.test(last) ? lines.findLast((line) => /^\w*Error\b/.test(line)) : last
  // A wrong variable is said before there is a log, in plain words.
  return { reason: error ?? how, needsPerson: true }
}

/** Of Kafka or PostgreSQL, which say in many lines what is wrong; the last one is shown. */
export function explainServerEnding({ code, signal }: Exit, logFile: string): EndingReason {
  if (signal !== null) return { reason: `killed by ${signal}`, needsPerson: false }
  return { reason: `ended with code ${code}; its log ends with: ${lastLines(logFile, 1)}`, needsPerson: false }
}

/** The fields of a line of JSON, or undefined when it is anything else. */
export function parseLogLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}
