import type { Command } from '../command.ts'
import { refuseArguments } from '../command.ts'
import { requireMonitoring, requireRunning } from '../running-system.ts'
import { showPage } from '../show-page.ts'

export const monitor: Command = {
  name: 'monitor',
  summary: 'Open Kafka UI in the browser, or the Kafka page of the monitoring service; prints its address',
  usage: `

Kafka UI where the running system has one, else the page that the monitoring service has for the same: brokers, topics, groups, messages.`,
  async run(args, env) {
    refuseArguments(args, 'monitor')
    const { status } = await requireRunning(env)
    const kafkaUi = status.services.find(({ name, state }) => name === 'kafka-ui' && state === 'running')
    if (kafkaUi?.port === undefined || kafkaUi.port === null) {
      requireMonitoring(status)
      showPage(`${status.monitoringUrl}/kafka`, env)
    } else showPage(`http://127.0.0.1:${kafkaUi.port}`, env)
    return 0
  },
}
