import { ensureDashboard } from '../../local/dashboard-build.ts'
import { prepareKafka } from '../../local/kafka/cluster.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../command.ts'
import { print, printStep } from '../terminal.ts'

const PARTS: Readonly<Record<string, { readonly label: string, readonly work: () => Promise<unknown> }>> = {
  kafka: { label: 'Kafka there', work: () => prepareKafka((line) => print(`  ${line}`)) },
  page: { label: 'Page built', work: ensureDashboard },
}

export const setup: Command = {
  name: 'setup',
  summary: 'Download and build what a start would otherwise do first',
  usage: `[${Object.keys(PARTS).join('|')}]`,
  async run(args) {
    const unknown = args.find((arg) => !Object.hasOwn(PARTS, arg))
    if (unknown !== undefined) throw new UsageError(`there is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`)
    for (const [name, { label, work }] of Object.entries(PARTS)) {
      if (args.length > 0 && !args.includes(name)) continue
      const started = performance.now()
      await work()
      printStep({ label, seconds: (performance.now() - started) / 1000 })
    }
    return 0
  },
}
