import { ensureDashboard } from '../../local/dashboard-build.ts'
import { prepareKafka } from '../../local/kafka/cluster.ts'
import { print, timedStep } from '../terminal.ts'

/** What a start would otherwise make first, each printed as a step; quick when it is there. The supervisor asks for one at a time. */
export const PARTS: Readonly<Record<'kafka' | 'page', () => Promise<void>>> = {
  kafka: () => timedStep('Kafka there', () => prepareKafka((line) => print(`  ${line}`))),
  page: () => timedStep('Page built', ensureDashboard),
}
