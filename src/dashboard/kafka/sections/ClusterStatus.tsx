import type { ComponentChildren, JSX } from 'preact'
import type { KafkaCluster, KafkaGroups, KafkaTopic } from '../../../contract/kafka-api.ts'
import { formatTotal } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { formatBytes } from '../format-bytes.ts'
import { sentence } from '../ask.ts'

interface ClusterStatusProps {
  readonly cluster: KafkaCluster | undefined
  readonly topics: readonly KafkaTopic[] | undefined
  readonly groups: KafkaGroups | undefined
  readonly stale: boolean
}

/** Whether all is well with Kafka in one sentence, and the figures that tell it at a glance. */
export function ClusterStatus({ cluster, topics, groups, stale }: ClusterStatusProps): JSX.Element {
  const level = cluster === undefined || stale ? 'unknown' : cluster.ok ? 'normal' : isCritical(topics) ? 'critical' : 'warning'
  const ours = topics?.filter(({ internal }) => !internal)
  const lags = groups?.groups.map(({ lag }) => lag)
  return (
    <section class={`status status-${level}`} aria-labelledby="status-title">
      <h2 id="status-title" class="hidden">State of Kafka</h2>
      <div class="status-words" role="status" aria-live="polite">
        <p class="headline"><Mark kind={level} />{cluster === undefined ? 'Waiting for figures' : headline(cluster)}</p>
        {cluster !== undefined && cluster.reasons.length > 0 && (
          <ul class="problems">
            {cluster.reasons.map((reason) => (
              <li key={reason} class="problem problem-warning"><Mark kind="warning" /><p class="problem-text">{sentence(reason)}</p></li>
            ))}
          </ul>
        )}
      </div>
      <dl class="figures">
        <Figure name="Messages kept">{ours === undefined ? null : total(ours.map(({ messages }) => messages), formatTotal)}</Figure>
        <Figure name="Size, one replica">{ours === undefined ? null : total(ours.map(({ size_bytes: size }) => size), formatBytes)}</Figure>
        <Figure name="Lag of all groups">{lags === undefined ? null : total(lags, formatTotal)}</Figure>
        <Figure name="Controller">{cluster === undefined || cluster.controller_id === null ? null : `node ${cluster.controller_id}`}</Figure>
      </dl>
    </section>
  )
}

/** What stands before the reasons, which follow as a list. */
function headline({ verdict }: KafkaCluster): string {
  return verdict.split('; ', 1)[0] ?? verdict
}

/** Readings can't be written, or read. */
function isCritical(topics: readonly KafkaTopic[] | undefined): boolean {
  return topics?.some(({ partitions }) => partitions.some(({ leader }) => leader === null)) ?? false
}

function total(parts: readonly (number | null)[], format: (sum: number) => string): string | null {
  return parts.includes(null) ? null : format(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0))
}

function Figure({ name, children }: { name: string, children: ComponentChildren }): JSX.Element {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{children === null ? <span class="not-known">not known</span> : <b>{children}</b>}</dd>
    </div>
  )
}
