import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_CONSUMERS, readWholeLocalConfig } from '../local/config.ts'
import { serviceTable } from '../local/services.ts'
import type { ServiceKind } from '../local/services.ts'
import { logFile } from '../local/state-files.ts'
import type { Environment } from '../runtime/config.ts'
import { ExitError } from '../runtime/errors.ts'
import { UsageError } from './command.ts'
import type { CliConfig } from './config.ts'
import { formatLogLine, timeOf } from './log-line.ts'
import { createLogReader } from './log-reader.ts'
import type { LogReader } from './log-reader.ts'
import { print } from './terminal.ts'

const LINES_EACH = 20
const LINES_OF_ONE = 100
const POLL_MS = 200

/** Prints the logs of a kind, or of those named, or of all. Returns the exit code. */
export async function showLogs(cli: CliConfig, env: Environment, kind: ServiceKind | null): Promise<number> {
  const config = readWholeLocalConfig(env)
  const { home } = config
  // Whatever number of consumers there is or was, those that ran have a log.
  const usual = serviceTable(config).map(({ name }) => name)
  const known = serviceTable({ ...config, consumerCount: MAX_CONSUMERS }).filter((service) => kind === null || service.kind === kind)
    .map(({ name }) => name).filter((name) => usual.includes(name) || existsSync(logFile(home, name)))
  // The supervisor's own log, and those of downloads and builds, are shown by name alone.
  const unknown = cli.services.find((name) => !known.includes(name) && !/^(supervisor|setup-\w+)$/.test(name))
  if (unknown !== undefined) throw new UsageError(`there is no service "${unknown}" here; there are ${[...known, 'supervisor'].join(', ')}`)
  const names = cli.services.length > 0 ? cli.services : known
  if (!names.some((name) => existsSync(logFile(home, name)))) throw new ExitError(`there are no logs in ${home}; start the system by \`make all\``)

  const width = Math.max(...names.map((name) => name.length))
  const show = (name: string, line: string): void => {
    const text = cli.format === 'json' ? line : formatLogLine(line)
    print(names.length === 1 || cli.format === 'json' ? text : `${name.padEnd(width)} | ${text}`)
  }
  const readers = names.map((name) => ({ name, reader: createLogReader(logFile(home, name)) }))
  printLast(readers, names.length === 1 ? LINES_OF_ONE : LINES_EACH, show)
  if (!(cli.follow ?? process.stdout.isTTY)) return 0
  for (;;) {
    await sleep(POLL_MS)
    for (const { name, reader } of readers) for (const line of reader.newLines()) show(name, line)
  }
}

/** In the order of time, where the lines say it; a line that doesn't belongs to the one before it. */
function printLast(readers: readonly { readonly name: string, readonly reader: LogReader }[], count: number, show: (name: string, line: string) => void): void {
  const lines = readers.flatMap(({ name, reader }) => {
    let time = ''
    return reader.newLines().slice(-count).map((line) => ({ name, line, time: time = timeOf(line) ?? time }))
  })
  for (const { name, line } of lines.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))) show(name, line)
}
