import { destination, pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** One JSON line an event on standard output: `{"level":"info","time":"…Z","service":"consumer-001","msg":"…",…}`. */
export function createLog(service: string, level: LogLevel): Log {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['*.password', '*.databaseUrl', 'databaseUrl'],
  },
  // Written at once. By default a line may still be on its way while the last ones of a process overtake it, as 'stopped' did 'stopping'.
  destination({ dest: 1, sync: true }))
}
