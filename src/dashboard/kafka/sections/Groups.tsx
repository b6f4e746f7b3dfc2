import type { JSX } from 'preact'
import type { KafkaGroup, KafkaGroups } from '../../../contract/kafka-api.ts'
import { counted, formatCount, listed } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Name } from '../../parts/Name.tsx'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { useShortened } from '../../parts/use-shortened.tsx'

const MOST_GROUPS = 8
const MOST_PARTITIONS = 12

/** Each consumer group with its members and its lag per partition. */
export function Groups({ groups }: { groups: KafkaGroups | undefined }): JSX.Element {
  const { shown, button } = useShortened(groups?.groups ?? [], MOST_GROUPS, 'group')
  const silent = groups?.silent_brokers ?? []
  return (
    <Panel id="groups" title="Consumer groups" note={groups !== undefined && counted(groups.groups.length, 'group')}>
      {groups === undefined && <Empty>Waiting for figures.</Empty>}
      {groups?.groups.length === 0 && <Empty>No consumer group is known to Kafka.</Empty>}
      {silent.length > 0 && (
        <p class="panel-line">
          <Mark kind="warning" /><span>Broker {listed(silent.map(String))} does not answer: the groups that it keeps are missing here.</span>
        </p>
      )}
      {shown.map((group) => <Group key={group.group} group={group} />)}
      {button}
      {groups !== undefined && groups.groups.length > 0 && (
        <p class="panel-line quiet">
          <span>
            Lag is counted from the committed offset. The plant's consumers commit only as a hint, every 5 s: where they really are is in the
            database, and on the page <a href="./#partitions">Plant</a>.
          </span>
        </p>
      )}
    </Panel>
  )
}

function Group({ group }: { group: KafkaGroup }): JSX.Element {
  const { members, offsets, lag, state, protocol } = group
  const { shown, button } = useShortened(offsets, MOST_PARTITIONS, 'partition')
  const clientOf = new Map(members.map(({ member_id: id, client_id: client, host }) => [id, { client, host }]))
  const idle = members.filter(({ assignments }) => assignments.every(({ partitions }) => partitions.length === 0))
  return (
    <div class="group">
      <h3><Name name={group.group} /></h3>
      <p class="group-facts">
        <span class={`state ${state === 'Stable' ? '' : 'state-warning'}`}><Mark kind={state === 'Stable' ? 'normal' : 'warning'} />{state}</span>
        <span>{counted(members.length, 'member')}</span>
        {protocol !== '' && <span>{protocol}</span>}
        <span>kept by broker {group.coordinator_id}</span>
        <span>lag {lag === null ? 'not known' : formatCount(lag)}</span>
      </p>
      {offsets.length === 0 && <Empty>It has no partition, and committed nothing.</Empty>}
      {offsets.length > 0 && (
        <table class="components offsets">
          <caption class="hidden">Partitions of {group.group}, who reads them, and how far</caption>
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col">Member</th>
              <th scope="col" class="number">Committed, of the end</th>
              <th scope="col" class="number">Lag</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ topic, partition, member_id: id, committed_offset: committed, end_offset: end, lag: behind }) => {
              const member = id === null ? undefined : clientOf.get(id)
              return (
                <tr key={`${topic}/${partition}`}>
                  <th scope="row"><Name name={topic} /> {partition}</th>
                  <td>
                    {member === undefined ? <span class="quiet">none</span>
                      : <><Name name={member.client} /> <span class="detail">{member.host}</span></>}
                  </td>
                  <td class="number">
                    {committed === null ? <span class="quiet">nothing</span> : formatCount(committed)}
                    <span class="quiet"> of {end === null ? 'not known' : formatCount(end)}</span>
                  </td>
                  <td class="number">{behind === null ? <span class="quiet">not known</span> : formatCount(behind)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
      {button}
      {idle.length > 0 && <p class="panel-line quiet"><span>Without a partition: {listed(idle.map(({ client_id: client }) => client), 6)}.</span></p>}
    </div>
  )
}
