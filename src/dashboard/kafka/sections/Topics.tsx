import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { KafkaPartition, KafkaTopic } from '../../../contract/kafka-api.ts'
import { counted, formatCount, formatTotal } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Name } from '../../parts/Name.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { useShortened } from '../../parts/use-shortened.tsx'
import { formatBytes } from '../format-bytes.ts'
import { formatDuration } from '../format-duration.ts'
import type { Location } from '../location.ts'

const MOST_TOPICS = 20
const MOST_PARTITIONS = 24

type Browse = (place: Partial<Location>) => void

/** Every topic with its size and settings; each opens to its partitions. Kafka's own are shown on demand. */
export function Topics({ topics, browse }: { topics: readonly KafkaTopic[] | undefined, browse: Browse }): JSX.Element {
  const [withInternal, showInternal] = useState(false)
  const internal = topics?.filter((topic) => topic.internal).length ?? 0
  const { shown, button } = useShortened(topics?.filter((topic) => withInternal || !topic.internal) ?? [], MOST_TOPICS, 'topic')
  return (
    <Panel id="topics" title="Topics" note={topics !== undefined && counted(topics.length - internal, 'topic')}>
      {topics === undefined && <Empty>Waiting for figures.</Empty>}
      {topics !== undefined && topics.length === internal && <Empty>No topics yet: they are made by the first producer or consumer that starts.</Empty>}
      {shown.length > 0 && (
        // The roles are said again, as rows that are laid out as grids on a phone are no table to some screen readers.
        <table class="components topics" role="table">
          <caption class="hidden">Topics, their messages, size and state</caption>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">Topic</th>
              <th scope="col" role="columnheader" class="number">Messages</th>
              <th scope="col" role="columnheader" class="number">Size</th>
              <th scope="col" role="columnheader" class="settings">Settings</th>
              <th scope="col" role="columnheader"><span class="hidden">Messages and partitions</span></th>
            </tr>
          </thead>
          {shown.map((topic) => <Topic key={topic.topic_id} topic={topic} browse={browse} />)}
        </table>
      )}
      {button}
      {internal > 0 && (
        <button type="button" class="show-all" aria-expanded={withInternal} onClick={() => showInternal(!withInternal)}>
          {withInternal ? 'Hide' : 'Show'} {counted(internal, 'topic')} of Kafka's own
        </button>
      )}
    </Panel>
  )
}

function Topic({ topic, browse }: { topic: KafkaTopic, browse: Browse }): JSX.Element {
  const [open, setOpen] = useState(false)
  const { partitions } = topic
  const leaderless = partitions.filter(({ leader }) => leader === null).length
  const behind = partitions.filter(({ replicas, in_sync_replicas: inSync }) => inSync.length < replicas.length).length
  return (
    <tbody role="rowgroup">
      <tr role="row" class={`topic ${leaderless + behind > 0 ? 'abnormal' : ''}`}>
        <th scope="row" role="rowheader">
          <Name name={topic.topic} />
          <span class="detail">
            {leaderless > 0 && <span class="state state-critical"><Mark kind="critical" />{leaderless} without a leader</span>}
            {leaderless === 0 && behind > 0 && <span class="state state-warning"><Mark kind="warning" />{behind} not fully in sync</span>}
            {leaderless + behind === 0 && <span class="state"><Mark kind="normal" />in sync</span>}
            <span>{counted(partitions.length, 'partition')}, {counted(topic.replication, 'replica')} each</span>
          </span>
        </th>
        <td role="cell" class="number">{topic.messages === null ? <NotKnown /> : formatTotal(topic.messages)}</td>
        <td role="cell" class="number">{topic.size_bytes === null ? <NotKnown /> : formatBytes(topic.size_bytes)}</td>
        <td role="cell" class="settings">{settingsOf(topic)}</td>
        <td role="cell" class="actions">
          <button type="button" class="action" onClick={() => browse({ topic: topic.topic })}>
            Messages<span class="hidden"> of {topic.topic}</span>
          </button>
          <button type="button" class="action" aria-expanded={open} onClick={() => setOpen(!open)}>
            Partitions<span class="hidden"> of {topic.topic}</span>
          </button>
        </td>
      </tr>
      {open && <tr role="row" class="opened"><td role="cell" colSpan={5}><Partitions topic={topic} browse={browse} /></td></tr>}
    </tbody>
  )
}

function settingsOf(topic: KafkaTopic): string {
  const { retention_ms: keptMs, retention_bytes: keptBytes, min_in_sync_replicas: min, max_message_bytes: max, cleanup_policy: policy } = topic
  return [
    policy === null || policy === 'delete' ? null : policy,
    keptMs === null ? null : keptMs < 0 ? 'kept for ever' : `kept ${formatDuration(keptMs)}`,
    keptBytes === null || keptBytes < 0 ? null : `at most ${formatBytes(keptBytes)} a partition`,
    min === null ? null : `min. ${min} in sync`,
    max === null ? null : `messages to ${formatBytes(max)}`,
  ].filter((setting) => setting !== null).join(', ')
}

function Partitions({ topic, browse }: { topic: KafkaTopic, browse: Browse }): JSX.Element {
  const { shown, button } = useShortened(topic.partitions, MOST_PARTITIONS, 'partition')
  return (
    <>
      <p class="panel-line quiet opened-settings"><span>{settingsOf(topic)}</span></p>
      <div class="wide-table" role="region" aria-label={`Partitions of ${topic.topic}, scrolls sideways`} tabIndex={0}>
        <table>
          <caption class="hidden">Partitions of {topic.topic}</caption>
          <thead>
            <tr>
              <th scope="col">Partition</th>
              {['Leader', 'Replicas', 'In sync', 'Offsets', 'Messages', 'Size'].map((name) => <th key={name} scope="col" class="number">{name}</th>)}
              <th scope="col"><span class="hidden">Messages</span></th>
            </tr>
          </thead>
          <tbody>{shown.map((partition) => <Partition key={partition.partition} topic={topic.topic} partition={partition} browse={browse} />)}</tbody>
        </table>
      </div>
      {button}
    </>
  )
}

function Partition({ topic, partition: of, browse }: { topic: string, partition: KafkaPartition, browse: Browse }): JSX.Element {
  const { partition, leader, replicas, in_sync_replicas: inSync, first_offset: first, end_offset: end } = of
  return (
    <tr class={leader === null || inSync.length < replicas.length ? 'abnormal' : ''}>
      <th scope="row">{partition}</th>
      <td class="number">{leader === null ? <span class="wrong">none</span> : leader}</td>
      <td class="number">{replicas.join(', ')}</td>
      <td class={`number ${inSync.length < replicas.length ? 'behind' : ''}`}>{inSync.toSorted((a, b) => a - b).join(', ') || 'none'}</td>
      <td class="number">{first === null || end === null ? <NotKnown /> : `${formatCount(first)} to ${formatCount(end)}`}</td>
      <td class="number">{of.messages === null ? <NotKnown /> : formatCount(of.messages)}</td>
      <td class="number">{of.size_bytes === null ? <NotKnown /> : formatBytes(of.size_bytes)}</td>
      <td class="actions">
        <button type="button" class="action" onClick={() => browse({ topic, partition })}>
          Messages<span class="hidden"> of partition {partition}</span>
        </button>
      </td>
    </tr>
  )
}

function NotKnown(): JSX.Element {
  return <span class="quiet">not known</span>
}
