import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_CONSUMERS } from '../../local/config.ts'
import type { LocalConfig } from '../../local/config.ts'
import { serviceTable } from '../../local/services.ts'
import type { ServiceKind } from '../../local/services.ts'
import { logFile } from '../../local/state-files.ts'
import { ExitError } from '../../runtime/errors.ts'
import { UsageError } from '../command.ts'
import type { CliConfig } from '../config.ts'
import { timeOf } from '../log-line.ts'
import { LINES_EACH, LINES_OF_ONE, createLogPrinter, follows, inOrder } from '../log-output.ts'
import { createLogReader } from './log-reader.ts'

const POLL_MS = 200

/** Prints the logs of a kind, or of those named, or of all. */
export async function showLogs(cli: CliConfig, config: LocalConfig, kind: ServiceKind | null): Promise<void> {
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

  const show = createLogPrinter(names, cli)
  const readers = names.map((name) => ({ name, reader: createLogReader(logFile(home, name)) }))
  const last = readers.flatMap(({ name, reader }) => {
    // A line that doesn't say its time belongs to the one before it.
    let time = ''
    return reader.newLines().slice(names.length === 1 ? -LINES_OF_ONE : -LINES_EACH).map((line) => ({ name, line, time: time = timeOf(line) ?? time }))
  })
  for (const { name, line } of inOrder(last)) show(name, line)
  while (follows(cli)) {
    await sleep(POLL_MS)
    for (const { name, reader } of readers) for (const line of reader.newLines()) show(name, line)
  }
}
