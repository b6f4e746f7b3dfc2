import { docker, followDocker } from '../../docker/engine.ts'
import type { Environment } from '../../runtime/config.ts'
import type { CliConfig } from '../config.ts'
import { LINES_EACH, LINES_OF_ONE, createLogPrinter, follows, inOrder } from '../log-output.ts'
import type { LogLine } from '../log-output.ts'

/** Prints the logs of these containers. */
export async function showLogs(cli: CliConfig, names: readonly string[], env: Environment): Promise<void> {
  const show = createLogPrinter(names, cli)
  const count = String(names.length === 1 ? LINES_OF_ONE : LINES_EACH)
  const last = inOrder((await Promise.all(names.map((name) => lastLines(name, count, env)))).flat())
  for (const { name, line } of last) show(name, line)
  if (!follows(cli)) return
  await Promise.all(names.map((name) => {
    const shown = last.findLast((line) => line.name === name)?.time ?? ''
    return followDocker(['logs', '--timestamps', '--follow', '--since', shown === '' ? '0s' : shown, name], env, (text) => {
      const { time, line } = split(name, text)
      // What was shown already is of the same nanosecond.
      if (time > shown && line.trim() !== '') show(name, line)
    })
  }))
}

async function lastLines(name: string, count: string, env: Environment): Promise<LogLine[]> {
  const lines: LogLine[] = []
  await followDocker(['logs', '--timestamps', '--tail', count, name], env, (text) => { lines.push(split(name, text)) })
  return lines.filter(({ line }) => line.trim() !== '')
}

/** `2026-11-24T22:46:43.532123456Z the line` */
function split(name: string, text: string): LogLine {
  const end = text.indexOf(' ')
  return { name, time: text.slice(0, end), line: text.slice(end + 1) }
}

/** The last thing that a container said, for the reason why it doesn't work. */
export async function lastWords(name: string, env: Environment): Promise<string> {
  return (await docker(['logs', '--tail', '1', name], { env, timeoutMs: 5_000, both: true })).trim()
}
