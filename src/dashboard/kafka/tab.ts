import type { KafkaCluster } from '../../contract/kafka-api.ts'
import { setTab } from '../tab.ts'

/** Shows the cluster's state in the title and the icon of the browser's tab. */
export function showClusterInTab(cluster: KafkaCluster | undefined, trouble: string | null): void {
  if (trouble !== null) setTab('unknown', 'Kafka: no answer')
  else if (cluster === undefined) setTab('unknown', 'Kafka')
  else setTab(cluster.ok ? 'normal' : 'warning', cluster.ok ? 'Kafka' : `Kafka: ${cluster.reasons[0] ?? 'not well'}`)
}
