import type { ServiceKind } from '../local/services.ts'
import { chooseRuntime } from './choose-runtime.ts'
import type { Command } from './command.ts'
import { readCliConfig } from './config.ts'
import { printDemoToken } from './demo-token.ts'
import { requireRunning } from './running-system.ts'
import { startTime } from './start-time.ts'
import { print } from './terminal.ts'

interface PartOptions extends Pick<Command, 'name' | 'summary' | 'runtimes'> {
  readonly kinds: readonly ServiceKind[]
  readonly usage?: string
}

/** A command that starts the services of these kinds, and what they need. */
export function startCommand({ kinds, usage = '', ...about }: PartOptions): Command {
  return {
    ...about, usage: `[--since SECONDS]${usage}`,
    async run(args, env) {
      const startedAtMs = startTime(args)
      const runtime = await chooseRuntime(env)
      await runtime.bringUp({ kinds, startedAtMs })
      await printDemoToken(runtime, kinds)
      return 0
    },
  }
}

/** A command that stops the services of these kinds; the others run on. */
export function stopCommand({ kinds, usage = '', ...about }: PartOptions): Command {
  return {
    ...about, usage,
    async run(_args, env) {
      const { runtime, status } = await requireRunning(env)
      const chosen = status.services.filter(({ kind }) => kinds.includes(kind))
      if (chosen.every(({ state }) => state === 'stopped')) print('They are stopped already.')
      await runtime.stop(chosen.map((service) => service.name))
      return 0
    },
  }
}

/** A command that makes what a start of these kinds would otherwise make first. */
export function buildCommand({ kinds, usage = '', ...about }: PartOptions): Command {
  return {
    ...about, usage,
    async run(_args, env) {
      const runtime = await chooseRuntime(env)
      await runtime.build(kinds)
      return 0
    },
  }
}

/** A command that shows the logs of a kind, or of all where it is null. */
export function logsCommand({ kind, usage = '', ...about }: Omit<PartOptions, 'kinds'> & { readonly kind: ServiceKind | null }): Command {
  return {
    ...about, usage,
    async run(args, env) {
      const cli = readCliConfig(args, env)
      const runtime = await chooseRuntime(env)
      await runtime.showLogs(cli, kind)
      return 0
    },
  }
}
