import { decodeConsumerProtocolAssignment } from '@platformatic/kafka'
import type { Address } from '../runtime/address.ts'
import type { KafkaGroup, KafkaGroupOffset, KafkaGroups } from '../contract/kafka-api.ts'
import type { Answer, BrokerRequests } from './broker-requests.ts'
import { sum } from './describe-topics.ts'
import { LATEST, readOffsets } from './log-offsets.ts'
import type { Offsets } from './log-offsets.ts'
import type { Topology } from './topology.ts'

type Described = Pick<KafkaGroup, 'state' | 'protocol' | 'members'>
type Committed = Answer<'OffsetFetch'>['groups'][number]

interface KeptGroup {
  readonly coordinatorId: number
  readonly listed: Answer<'ListGroups'>['groups'][number]
  readonly described: Described | undefined
  readonly committed: Committed | undefined
}

/**
 * The consumer groups with their members and lag. A broker lists the groups that it coordinates, so each is asked for its own; one that
 * doesn't answer is named, and its groups are missing. Never rejects.
 */
export async function describeGroups(requests: BrokerRequests, topology: Topology): Promise<KafkaGroups> {
  const silent: number[] = []
  const kept = await Promise.all([...topology.brokers].map(async ([id, broker]) => {
    try {
      return await groupsOf(requests, id, broker)
    } catch {
      silent.push(id)
      return []
    }
  }))
  const groups = kept.flat().sort((a, b) => Number(isEmpty(a)) - Number(isEmpty(b)) || (a.listed.groupId < b.listed.groupId ? -1 : 1))
  const topics = new Set(groups.flatMap(({ committed, described }) => [
    ...committed?.topics.map(({ name }) => name) ?? [],
    ...described?.members.flatMap(({ assignments }) => assignments.map(({ topic }) => topic)) ?? [],
  ]))
  const ends = await readOffsets(requests, topology, [...topology.topics.values()].filter(({ topic }) => topics.has(topic)), LATEST)
  return { groups: groups.map((group) => toGroup(group, ends)), silent_brokers: silent.sort((a, b) => a - b) }
}

/** Groups that do something come first. */
function isEmpty({ described }: KeptGroup): boolean {
  return described === undefined || described.members.length === 0
}

async function groupsOf(requests: BrokerRequests, coordinatorId: number, broker: Address): Promise<KeptGroup[]> {
  const { groups } = await requests.ask(broker, 'ListGroups', [], [])
  const listed = groups.filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '')
  if (listed.length === 0) return []
  const isNew = (group: typeof listed[number]): boolean => group.groupType.toLowerCase() === 'consumer'
  const idsOf = (some: typeof listed): string[] => some.map(({ groupId }) => groupId)
  const [classic, modern, committed] = await Promise.all([
    describeClassic(requests, broker, idsOf(listed.filter((group) => !isNew(group)))),
    describeModern(requests, broker, idsOf(listed.filter(isNew))),
    requests.ask(broker, 'OffsetFetch', idsOf(listed).map((groupId) => ({ groupId, memberId: null, memberEpoch: -1, topics: null })), false),
  ])
  const commits = new Map(committed.groups.filter(({ errorCode }) => errorCode === 0).map((group) => [group.groupId, group]))
  return listed.map((group) => ({
    coordinatorId, listed: group, described: classic.get(group.groupId) ?? modern.get(group.groupId), committed: commits.get(group.groupId),
  }))
}

async function describeClassic(requests: BrokerRequests, broker: Address, ids: string[]): Promise<Map<string, Described>> {
  if (ids.length === 0) return new Map()
  const { groups } = await requests.ask(broker, 'DescribeGroups', ids, false)
  return new Map(groups.filter(({ errorCode }) => errorCode === 0).map(({ groupId, groupState, protocolData, members }) => [groupId, {
    state: groupState, protocol: protocolData,
    members: members.map(({ memberId, clientId, clientHost, memberAssignment }) => ({
      member_id: memberId, client_id: clientId, host: clientHost.replace(/^\//, ''), assignments: assignmentsIn(memberAssignment),
    })),
  }]))
}

/** Groups of KIP-848, which the old question doesn't find. */
async function describeModern(requests: BrokerRequests, broker: Address, ids: string[]): Promise<Map<string, Described>> {
  if (ids.length === 0) return new Map()
  const { groups } = await requests.ask(broker, 'ConsumerGroupDescribe', ids, false)
  return new Map(groups.filter(({ errorCode }) => errorCode === 0).map(({ groupId, groupState, assignorName, members }) => [groupId, {
    state: groupState, protocol: assignorName,
    members: members.map(({ memberId, clientId, clientHost, assignment }) => ({
      member_id: memberId, client_id: clientId, host: clientHost.replace(/^\//, ''),
      assignments: assignment.topicPartitions.map(({ topicName, partitions }) => ({ topic: topicName, partitions: partitions.toSorted((a, b) => a - b) })),
    })),
  }]))
}

/** The bytes are what the group's members agreed on among themselves; Kafka doesn't look at them. */
function assignmentsIn(bytes: Buffer): KafkaGroup['members'][number]['assignments'] {
  try {
    return decodeConsumerProtocolAssignment(bytes).assignedPartitions
      .map(({ topic, partitions }) => ({ topic, partitions: partitions.toSorted((a, b) => a - b) }))
  } catch {
    return []
  }
}

function toGroup({ coordinatorId, listed, described, committed }: KeptGroup, ends: Offsets): KafkaGroup {
  const members = described?.members.toSorted((a, b) => (a.client_id < b.client_id ? -1 : 1)) ?? []
  const offsets = offsetsOf(members, committed, ends)
  return {
    group: listed.groupId, state: described?.state ?? (listed.groupState || 'Unknown'), group_type: listed.groupType || 'classic',
    protocol: described?.protocol ?? '', coordinator_id: coordinatorId, members, offsets, lag: sum(offsets.map(({ lag }) => lag)),
  }
}

function offsetsOf(members: KafkaGroup['members'], committed: Pick<Committed, 'topics'> | undefined, ends: Offsets): KafkaGroupOffset[] {
  const places = new Map<string, { topic: string, partition: number, memberId: string | null, committed: number | null }>()
  for (const { member_id: memberId, assignments } of members) {
    for (const { topic, partitions } of assignments) {
      for (const partition of partitions) places.set(`${topic}/${partition}`, { topic, partition, memberId, committed: null })
    }
  }
  for (const { name: topic, partitions } of committed?.topics ?? []) {
    for (const { partitionIndex: partition, committedOffset, errorCode } of partitions) {
      if (errorCode !== 0 || committedOffset < 0n) continue
      const memberId = places.get(`${topic}/${partition}`)?.memberId ?? null
      places.set(`${topic}/${partition}`, { topic, partition, memberId, committed: Number(committedOffset) })
    }
  }
  return [...places.values()]
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
    .map(({ topic, partition, memberId, committed }) => {
      const end = ends.get(topic)?.get(partition) ?? null
      // The end was read a moment later; a commit can only be ahead of it when the log came back shorter.
      const lag = committed === null || end === null ? null : Math.max(0, end - committed)
      return { topic, partition, member_id: memberId, committed_offset: committed, end_offset: end, lag }
    })
}
