import { Type } from 'typebox'
import type { Static } from 'typebox'
import { count, names, nullable, object, partition, time, topic } from './api-schema.ts'

// The paths below /api/kafka: Kafka itself as its brokers tell it, and the messages of its topics. None of them changes
// anything but the replay of dead letters.

const brokerId = (description: string) => Type.Integer({ description })
const firstOffset = nullable(count('oldest offset that the log still holds; null: the leader does not say'))
const endOffset = nullable(count('one after the last message; null: the leader does not say'))

// GET /api/kafka/cluster

export const kafkaBrokerSchema = object({
  broker_id: brokerId('the broker\'s id'),
  status: names(['up', 'down'], 'down: replicas are assigned to it, but the cluster does not count it among its brokers'),
  address: nullable(Type.String({ description: 'host:port as it advertises itself; null while it is down' })),
  rack: nullable(Type.String({ description: 'null: none is set' })),
  partitions_led: count('partitions that it leads'),
  replicas_held: count('replicas that are assigned to it'),
  replicas_in_sync: count('those of them that are up to date'),
  disk_bytes: nullable(count('size of its logs; null: it does not say')),
}, 'KafkaBroker')
export type KafkaBroker = Static<typeof kafkaBrokerSchema>

export const kafkaVoterSchema = object({
  node_id: Type.Integer(),
  log_end_offset: nullable(count("end of its copy of the cluster's metadata; null: the leader has not heard of it")),
  lag: nullable(count("records behind the leader's copy; null: not known")),
  caught_up_at: nullable(time('when it last had everything that the leader had; null: not known')),
}, 'KafkaVoter')

export const kafkaClusterSchema = object({
  ok: Type.Boolean({ description: 'all brokers are up, and every partition has a leader and all its replicas in sync' }),
  verdict: Type.String({ description: 'one line: "3 of 3 brokers, all 6 partitions in sync", or what is wrong' }),
  reasons: Type.Array(Type.String(), { description: 'what is wrong, the worst first; empty when ok' }),
  cluster_id: nullable(Type.String()),
  controller_id: nullable(brokerId('node that decides on leaders; null: not known')),
  brokers: Type.Array(kafkaBrokerSchema),
  quorum: nullable(object({
    leader_id: Type.Integer({ description: 'the active controller; -1: there is none' }),
    leader_epoch: Type.Integer({ description: 'rises with every election' }),
    high_watermark: Type.Integer({ description: 'metadata up to here is on most voters' }),
    voters: Type.Array(kafkaVoterSchema),
  }, 'KafkaQuorum')),
}, 'KafkaCluster')
export type KafkaCluster = Static<typeof kafkaClusterSchema>

// GET /api/kafka/topics

export const kafkaPartitionSchema = object({
  partition,
  leader: nullable(brokerId('null: none leads it, so it can be neither read nor written')),
  replicas: Type.Array(Type.Integer(), { description: 'brokers that keep it' }),
  in_sync_replicas: Type.Array(Type.Integer(), { description: 'those of them that are up to date' }),
  first_offset: firstOffset,
  end_offset: endOffset,
  messages: nullable(count('end_offset - first_offset; fewer where the log has holes')),
  size_bytes: nullable(count("of the leader's replica; null: not known")),
}, 'KafkaPartition')
export type KafkaPartition = Static<typeof kafkaPartitionSchema>

export const kafkaTopicSchema = object({
  topic,
  topic_id: Type.String({ description: 'a topic that was made again has another id' }),
  internal: Type.Boolean({ description: "Kafka's own" }),
  replication: count('replicas of a partition'),
  messages: nullable(count('over all partitions; null: one of them is not known')),
  size_bytes: nullable(count('over all partitions, one replica each; null: one of them is not known')),
  retention_ms: nullable(Type.Integer({ description: 'how long messages are kept, milliseconds; -1: for ever; null: not known' })),
  retention_bytes: nullable(Type.Integer({ description: 'how much of a partition is kept; -1: no limit; null: not known' })),
  min_in_sync_replicas: nullable(count('with fewer replicas in sync, acks=all is refused; null: not known')),
  max_message_bytes: nullable(count('largest record batch; null: not known')),
  cleanup_policy: nullable(Type.String({ description: 'delete, compact or both; null: not known' })),
  partitions: Type.Array(kafkaPartitionSchema),
}, 'KafkaTopic')
export type KafkaTopic = Static<typeof kafkaTopicSchema>
export const kafkaTopicsSchema = Type.Array(kafkaTopicSchema)

// GET /api/kafka/groups

export const kafkaGroupOffsetSchema = object({
  topic,
  partition,
  member_id: nullable(Type.String({ description: 'the member that reads it; null: none does' })),
  committed_offset: nullable(count('the offset that the group reads next, by its own last commit; null: nothing was committed')),
  end_offset: endOffset,
  lag: nullable(count('end_offset - committed_offset; null: not known')),
}, 'KafkaGroupOffset')
export type KafkaGroupOffset = Static<typeof kafkaGroupOffsetSchema>

export const kafkaGroupSchema = object({
  group: Type.String(),
  state: Type.String({ description: 'Stable, PreparingRebalance, CompletingRebalance, Empty, Dead, …' }),
  group_type: Type.String({ description: 'classic, or consumer for groups of KIP-848' }),
  protocol: Type.String({ description: 'how partitions are divided among the members; empty without members' }),
  coordinator_id: brokerId('broker that keeps the group'),
  members: Type.Array(object({
    member_id: Type.String(),
    client_id: Type.String(),
    host: Type.String({ description: 'address that it connects from' }),
    assignments: Type.Array(object({ topic, partitions: Type.Array(Type.Integer()) }, 'KafkaAssignment')),
  }, 'KafkaGroupMember')),
  offsets: Type.Array(kafkaGroupOffsetSchema, { description: 'partitions that are assigned, or that have a committed offset' }),
  lag: nullable(count('over all partitions; null: one of them is not known')),
}, 'KafkaGroup')
export type KafkaGroup = Static<typeof kafkaGroupSchema>
export const kafkaGroupsSchema = object({
  groups: Type.Array(kafkaGroupSchema),
  silent_brokers: Type.Array(Type.Integer(), { description: 'brokers that did not answer: the groups that they keep are missing' }),
}, 'KafkaGroups')
export type KafkaGroups = Static<typeof kafkaGroupsSchema>

// GET /api/kafka/messages, /api/kafka/message and /api/kafka/tail

export const kafkaBytesSchema = object({
  encoding: names(['utf8', 'base64'], 'base64: the bytes are not UTF-8'),
  text: Type.String(),
  size_bytes: count('all of it, also where the text is cut'),
  truncated: Type.Boolean({ description: 'the text is only the beginning; /api/kafka/message gives all of it' }),
}, 'KafkaBytes')
export type KafkaBytes = Static<typeof kafkaBytesSchema>

const kafkaBytesOrNull = nullable(kafkaBytesSchema)

export const kafkaMessageSchema = object({
  partition,
  offset: count('place in the partition'),
  timestamp: time('as the producer or the broker set it'),
  key: kafkaBytesOrNull,
  value: kafkaBytesOrNull,
  headers: Type.Array(object({ name: Type.String(), value: kafkaBytesOrNull }, 'KafkaHeader')),
}, 'KafkaMessage')
export type KafkaMessage = Static<typeof kafkaMessageSchema>

export const kafkaMessagesSchema = object({
  topic,
  messages: Type.Array(kafkaMessageSchema, { description: 'in the order of reading: newest first with last and before, else oldest first' }),
  older: nullable(Type.String({ description: 'for `before`: what lies before these messages; null: the log begins here' })),
  newer: nullable(Type.String({ description: 'for `after`: what follows these messages, or comes later; null: nothing could be read' })),
  searched: object({
    messages: count('messages that were looked at'),
    complete: Type.Boolean({ description: 'false: a limit was reached before enough was found; `older` or `newer` goes on from there' }),
  }, 'KafkaSearched'),
  partitions: Type.Array(object({ partition, first_offset: count('oldest offset'), end_offset: count('one after the last message') }, 'KafkaBounds')),
  failures: Type.Array(object({ partition, error: Type.String() }, 'KafkaFailure'), { description: 'partitions that could not be read' }),
}, 'KafkaMessages')
export type KafkaMessages = Static<typeof kafkaMessagesSchema>

/** `event: messages` of the tail. */
export const kafkaTailSchema = object({
  messages: Type.Array(kafkaMessageSchema, { description: 'oldest first' }),
  skipped: count('messages that came too fast to be shown, since the last event'),
  newer: Type.String({ description: 'for `after`, to go on from here when the connection is lost' }),
}, 'KafkaTail')
export type KafkaTail = Static<typeof kafkaTailSchema>

// GET /api/kafka/dead-letters

export const kafkaDeadLettersSchema = object({
  topic: Type.String({ description: 'where they are published' }),
  total: count('all that were ever kept'),
  counted: count('the newest ones, which by_reason is about'),
  by_reason: Type.Array(object({
    reason: Type.String(),
    count: count('of those counted'),
    newest_at: time('when the newest was kept'),
    example: Type.String({ description: 'what was wrong with the newest' }),
    replayable: count('of those counted, how many can be replayed'),
  }, 'KafkaDeadLetterReason'), { description: 'most frequent first' }),
  replay: object({
    replayable: count('of the total, how many can be replayed: never requested, refused by Kafka, or sent 10 minutes ago without an outcome'),
    waiting: count('requested, and it is not known yet what became of them'),
    stored: count('replayed, and stored'),
    duplicates: count('replayed, and absorbed, because the reading had come before'),
    refused: count('replayed, and refused again: each is a new dead letter'),
    failed: count('not taken by Kafka; they can be requested again'),
  }, 'KafkaReplays'),
}, 'KafkaDeadLetters')
export type KafkaDeadLetters = Static<typeof kafkaDeadLettersSchema>

// POST /api/kafka/dead-letters/replay

/** More are not marked by one request. So many take 0.7 s, and 5 s on a machine that is overloaded. */
export const MOST_REPLAYED = 50_000

export const replayRequestSchema = Type.Object({
  all: Type.Optional(Type.Literal(true, { description: 'all that can be replayed' })),
  reason: Type.Optional(Type.String({ pattern: '^[a-z_]{1,64}$', description: 'those that were refused for this reason' })),
  letters: Type.Optional(Type.Array(Type.Object({
    partition: Type.Integer({ minimum: 0, maximum: 999_999, description: 'header partition of the dead letter' }),
    offset: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'header offset' }),
    topic_id: Type.Optional(Type.String({
      pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'header topic_id; absent: the newest dead letter at this place',
    })),
    generation: Type.Optional(Type.Integer({ minimum: 0, maximum: 999_999, description: 'header generation; absent: as above' })),
  }, { additionalProperties: false }), { minItems: 1, maxItems: 200, description: 'these' })),
}, { additionalProperties: false, minProperties: 1, maxProperties: 1, title: 'ReplayRequest', description: 'exactly one of its members' })
export type ReplayRequest = Static<typeof replayRequestSchema>

export const replayAnswerSchema = object({
  requested: count('dead letters that will be sent again; those requested before are not among them'),
  remaining: count(`those that can still be requested, because a request takes ${MOST_REPLAYED} at most; counted to 100000`),
}, 'ReplayAnswer')
export type ReplayAnswer = Static<typeof replayAnswerSchema>
