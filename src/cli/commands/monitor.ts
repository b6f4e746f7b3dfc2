import type { Command } from '../command.ts'
import { refuseArguments } from '../command.ts'
import { kafkaUiUrl } from '../addresses.ts'
import { requireMonitoring, requireRunning } from '../running-system.ts'
import { showPage } from '../show-page.ts'

export const monitor: Command = {
  name: 'monitor',
  summary: 'Open Kafka UI in the browser, or the Kafka page of the monitoring service; prints its address',
  usage: `

Kafka UI where the running system has one, else the page that the monitoring service has for the same: brokers, topics, groups, messages.`,
  runtimes: {
    docker: 'Kafka UI, which can only read here',
    local: 'the Kafka page of the monitoring service',
  },
  async run(args, env) {
    refuseArguments(args, 'monitor')
    const { status } = await requireRunning(env)
    const kafkaUi = kafkaUiUrl(status)
    if (kafkaUi === null) requireMonitoring(status)
    showPage(kafkaUi ?? `${status.monitoringUrl}/kafka`, env)
    return 0
  },
}
