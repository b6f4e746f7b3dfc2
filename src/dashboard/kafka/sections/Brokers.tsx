import type { JSX } from 'preact'
import type { KafkaBroker, KafkaCluster } from '../../../contract/kafka-api.ts'
import { counted, formatCount, listed } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { formatBytes } from '../format-bytes.ts'

/** Each broker with what it leads and keeps, and the controllers' quorum. */
export function Brokers({ cluster, now }: { cluster: KafkaCluster | undefined, now: number }): JSX.Element {
  return (
    <Panel id="brokers" title="Brokers" note={typeof cluster?.cluster_id === 'string' && <>cluster <span class="name">{cluster.cluster_id}</span></>}>
      {cluster === undefined && <Empty>Waiting for figures.</Empty>}
      {cluster !== undefined && (
        <table class="components">
          <caption class="hidden">{counted(cluster.brokers.length, 'broker')}, what they lead and keep</caption>
          <thead>
            <tr>
              <th scope="col">Broker</th>
              <th scope="col" class="number">Leads <span class="unit">partitions</span></th>
              <th scope="col" class="number">In sync <span class="unit">replicas</span></th>
              <th scope="col" class="number">Disk</th>
            </tr>
          </thead>
          <tbody>{cluster.brokers.map((broker) => <Broker key={broker.broker_id} broker={broker} controllerId={cluster.controller_id} />)}</tbody>
        </table>
      )}
      {cluster !== undefined && cluster.quorum !== null && <Quorum quorum={cluster.quorum} now={now} />}
    </Panel>
  )
}

function Broker({ broker, controllerId }: { broker: KafkaBroker, controllerId: number | null }): JSX.Element {
  const { broker_id: id, status, address, rack, replicas_held: held, replicas_in_sync: inSync } = broker
  const facts = [address, rack === null ? null : `rack ${rack}`, id === controllerId ? 'controller' : null].filter((fact) => fact !== null)
  return (
    <tr class={status === 'up' ? '' : 'abnormal'}>
      <th scope="row">
        <span class="name">Broker {id}</span>
        <span class="detail">
          {status === 'up'
            ? <span class="state"><Mark kind="normal" />up</span>
            : <span class="state state-warning"><Mark kind="warning" />down</span>}
          {facts.map((fact) => <span key={fact}>{fact}</span>)}
        </span>
      </th>
      <td class="number">{formatCount(broker.partitions_led)}</td>
      <td class={`number ${inSync < held ? 'behind' : ''}`}>{formatCount(inSync)} of {formatCount(held)}</td>
      <td class="number">{broker.disk_bytes === null ? <span class="quiet">not known</span> : formatBytes(broker.disk_bytes)}</td>
    </tr>
  )
}

/** A voter that is well catches up several times a second. */
const VOTER_SILENT_MS = 10_000

function Quorum({ quorum, now }: { quorum: NonNullable<KafkaCluster['quorum']>, now: number }): JSX.Element {
  const { leader_id: leader, leader_epoch: epoch, voters } = quorum
  const slow = voters.filter(({ node_id: id, lag, caught_up_at: at }) =>
    id !== leader && (lag === null || at === null || now - Date.parse(at) > VOTER_SILENT_MS))
  return (
    <p class="panel-line">
      <Mark kind={leader < 0 ? 'critical' : slow.length > 0 ? 'warning' : 'done'} />
      <span>
        {leader < 0 ? 'No active controller. ' : <>Controller quorum: node {leader} leads in epoch {formatCount(epoch)}; </>}
        {slow.length === 0 ? `all ${voters.length} voters are caught up.`
          : `${listed(slow.map(({ node_id: id, lag }) => `node ${id} is ${lag === null ? 'unheard of' : counted(lag, 'record')} behind`))}.`}
      </span>
    </p>
  )
}
