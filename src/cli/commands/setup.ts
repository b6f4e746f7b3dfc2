import { chooseRuntime } from '../choose-runtime.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../command.ts'
import { PARTS } from '../local/parts.ts'
import { ALL_KINDS } from '../service-kinds.ts'

export const setup: Command = {
  name: 'setup',
  summary: 'Download and build what a start would otherwise do first',
  runtimes: {
    docker: 'builds and pulls the images',
    local: 'downloads Kafka with Maven, builds the page',
  },
  usage: `[${Object.keys(PARTS).join('|')}]

With Docker the images are pulled and built. Kafka's storage is formatted by each broker at its first start.`,
  async run(args, env) {
    const unknown = args.find((arg) => !Object.hasOwn(PARTS, arg))
    if (unknown !== undefined) throw new UsageError(`there is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`)
    for (const [name, make] of Object.entries(PARTS)) if (args.includes(name)) await make()
    if (args.length > 0) return 0
    const runtime = await chooseRuntime(env)
    await runtime.build(ALL_KINDS)
    return 0
  },
}
