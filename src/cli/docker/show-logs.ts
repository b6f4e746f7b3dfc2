import { setTimeout as sleep } from 'node:timers/promises'
import { docker, followDocker } from '../../docker/engine.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import type { CliConfig } from '../config.ts'
import { LINES_EACH, LINES_OF_ONE, createLogPrinter, follows, inOrder } from '../log-output.ts'
import type { LogLine } from '../log-output.ts'

const AGAIN_MS = 1_000

/** Prints the logs of these containers. */
export async function showLogs(cli: CliConfig, names: readonly string[], env: Environment): Promise<void> {
  const show = createLogPrinter(names, cli)
  const count = String(names.length === 1 ? LINES_OF_ONE : LINES_EACH)
  const last = inOrder((await Promise.all(names.map((name) => lastLines(name, count, env)))).flat())
  for (const { name, line } of last) show(name, line)
  if (!follows(cli)) return
  await Promise.all(names.map((name) => followOn(name, last.findLast((line) => line.name === name)?.time ?? '', show, env)))
}

/** Docker's own following ends with the container; a later life of it is followed again, until Ctrl+C. */
async function followOn(name: string, since: string, show: (name: string, line: string) => void, env: Environment): Promise<never> {
  let shown = since
  for (;;) {
    const from = shown
    await followDocker(['logs', '--timestamps', '--follow', ...from === '' ? [] : ['--since', from], name], env, (text) => {
      const { time, line } = split(name, text)
      // What was shown already is of the same nanosecond; what has no time is Docker's own, of a container that is gone.
      if (time <= from || !/^\d{4}-/.test(time) || line.trim() === '') return
      if (time > shown) shown = time
      show(name, line)
    })
    await sleep(AGAIN_MS)
  }
}

async function lastLines(name: string, count: string, env: Environment): Promise<LogLine[]> {
  const lines: LogLine[] = []
  const code = await followDocker(['logs', '--timestamps', '--tail', count, name], env, (text) => { lines.push(split(name, text)) })
  if (code !== 0) throw new ExitError(`the logs of ${name} can't be read: ${lines.at(-1)?.line ?? `docker ended with code ${code}`}`)
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
