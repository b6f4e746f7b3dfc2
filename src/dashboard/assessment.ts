import type { ConsumerHealth, PartitionState, ProducerHealth } from '../contract/api.ts'
import { isHidden, waitingHigh } from './alarms/alarm-groups.ts'
import { counted, formatCount, listed, shortened } from './format.ts'
import { staleness } from './state.ts'
import type { DashboardState } from './state.ts'
import { anomalyInWords } from './words.ts'

/** How bad: `critical` stops readings from being stored or breaks a promise, `warning` is less; `unknown` when nothing current is known. */
export type Level = 'normal' | 'warning' | 'critical' | 'unknown'

/** One thing that is wrong, in words, with what to do about it where that is known. */
export interface Problem {
  readonly level: 'warning' | 'critical'
  readonly text: string
  /** Milliseconds since 1970, by the service's clock; null: not known. */
  readonly since: number | null
  readonly advice?: string
  /** The command that helps. */
  readonly command?: string
}

export interface Assessment {
  readonly level: Level
  /** One sentence without a full stop. */
  readonly headline: string
  /** The worst first. */
  readonly problems: readonly Problem[]
  /** High alarms of the plant that nobody has acknowledged; null: none, or not known. They say nothing of the pipeline's health. */
  readonly waiting: WaitingAlarms | null
  /** What the browser's tab says; the narrower it is, the more only of its beginning. */
  readonly title: string
}

export interface WaitingAlarms {
  /** `2 high alarms wait to be acknowledged`; of more than the service sends, `At least 200 high alarms …`. */
  readonly text: string
  /** What and where, of the newest. */
  readonly which: string
  /** When the oldest of them was raised, milliseconds since 1970. */
  readonly since: number
}

/** A partition is behind when it would take longer than this to catch up at its present rate. */
const LAG_LIMIT_S = 10
/** And at least so many readings behind: at a reading a second, a batch in flight is no news. */
const LAG_LIMIT_READINGS = 1_000
/** A rebalance is over within this time, unless something is wrong. */
const CHANGE_OF_HANDS_MS = 3_000

/** What an operator has to know first: whether all is well, or what is wrong and since when. */
export function assess(state: DashboardState, now: number): Assessment {
  const stale = staleness(state)
  const { health, producers, partitions, ledger } = state.sections
  const consumers = state.sections.consumers && missedConsumers(state.sections.consumers)
  if (stale === 'connection lost') {
    return { level: 'unknown', headline: 'No connection to the monitoring service: state unknown', problems: [], waiting: null, title: 'Connection lost' }
  }
  if (stale === 'database down') {
    const problem: Problem = {
      level: 'critical', text: health?.reason ?? 'The reason is not known', since: health === undefined ? null : Date.parse(health.since),
      advice: 'Nothing can be stored meanwhile; readings wait in Kafka. The page goes on by itself when the database is back.',
    }
    const headline = 'The database does not answer: state unknown'
    return { level: 'critical', headline, problems: [problem, ...kafkaProblems(state)], waiting: null, title: 'Database does not answer' }
  }
  if (consumers === undefined || producers === undefined) {
    return { level: 'unknown', headline: 'Waiting for the first figures', problems: [], waiting: null, title: 'Waiting for figures' }
  }

  const problems = [
    ...kafkaProblems(state),
    ...partitionProblems(partitions?.partitions ?? [], state, now),
    ...(ledger === undefined || ledger.ok ? [] : [{ level: 'critical', text: 'Not every reading is accounted for', since: null } as const]),
    ...componentProblems('consumer', consumers.map(({ consumer_id, ...rest }) => ({ id: consumer_id, ...rest }))),
    ...producers.filter(({ dropped }) => (dropped ?? 0) > 0).map(({ producer_id, dropped }): Problem => ({
      level: 'critical', text: `${producer_id} gave up ${counted(dropped ?? 0, 'reading')}, as its buffer was full`, since: null,
    })),
    ...componentProblems('producer', producers.map(({ producer_id, ...rest }) => ({ id: producer_id, ...rest }))),
  ].sort((a, b) => Number(b.level === 'critical') - Number(a.level === 'critical'))
  const headline = headlineOf(consumers, producers)
  const title = problems[0] === undefined ? headline : `${problems.length > 1 ? `(${problems.length}) ` : ''}${problems[0].text}`
  const waiting = waitingAlarms(state)
  return { level: problems[0]?.level ?? 'normal', headline, problems, waiting, title: waiting === null ? title : `${waiting.text} · ${title}` }
}

const MOST_NAMED = 3

function waitingAlarms({ sections: { alarms: section } }: DashboardState): WaitingAlarms | null {
  const alarms = waitingHigh(section)
  if (section === undefined || alarms.length === 0) return null
  const count = counted(alarms.length, 'high alarm')
  const sent = section.alarms.filter((alarm) => alarm.priority === 'high' && !isHidden(alarm)).length
  return {
    text: `${section.counts.high > sent ? 'At least ' : ''}${count} ${alarms.length === 1 ? 'waits' : 'wait'} to be acknowledged`,
    which: listed(alarms.map(({ sensor_id: id, sensor_name: name, rule }) => `${shortened(name ?? id)} (${anomalyInWords(rule)})`), MOST_NAMED),
    since: Math.min(...alarms.map(({ raised_at: raisedAt }) => Date.parse(raisedAt))),
  }
}

/** All that ought to run: one that said itself that it stopped is missed by nobody as long as others do its work; a sensor would be. */
function missedConsumers(consumers: readonly ConsumerHealth[]): readonly ConsumerHealth[] {
  if (!consumers.some(({ status }) => status === 'active')) return consumers
  return consumers.filter((consumer) => consumer.status === 'active' || !saidGoodbye(consumer))
}

function headlineOf(consumers: readonly ConsumerHealth[], producers: readonly ProducerHealth[]): string {
  if (consumers.length === 0 && producers.length === 0) return 'Nothing has run yet'
  const parts = [share(consumers, 'consumer'), share(producers, 'producer')]
  const allActive = [...consumers, ...producers].every(({ status }) => status === 'active')
  return `${allActive && consumers.length > 1 ? 'All ' : ''}${parts.join(' and ')} active`.replace(/^./, (letter) => letter.toUpperCase())
}

/** `3 consumers`, `2 of 3 consumers`, `no consumer` */
function share(components: readonly { status: string }[], noun: string): string {
  const total = components.length
  const active = components.filter(({ status }) => status === 'active').length
  if (total === 0) return `no ${noun}`
  return active === total ? counted(total, noun) : `${formatCount(active)} of ${counted(total, noun)}`
}

interface Component {
  readonly id: string
  readonly status: string
  readonly reported_status: string
  readonly last_heartbeat: string
}

function componentProblems(noun: 'consumer' | 'producer', components: readonly Component[]): Problem[] {
  const inactive = components.filter(({ status }) => status === 'inactive')
  const help = { advice: `Start ${noun}s:`, command: `make start-${noun}s` }
  if (components.length === 0) {
    return [{ level: 'warning', text: noun === 'consumer' ? 'No consumer has run yet' : 'No producer has run yet', since: null, ...help }]
  }
  const nobodyLeft = inactive.length === components.length
  const level: Problem['level'] = nobodyLeft && noun === 'consumer' ? 'critical' : 'warning'
  return [
    { group: inactive.filter((component) => !saidGoodbye(component)), one: 'is silent', several: 'are silent' },
    { group: inactive.filter(saidGoodbye), one: 'was stopped', several: 'were stopped' },
  ].filter(({ group }) => group.length > 0).map(({ group, one, several }) => ({
    level,
    text: `${listed(group.map(({ id }) => id))} ${group.length === 1 ? one : several}`,
    since: Math.max(...group.map(({ last_heartbeat }) => Date.parse(last_heartbeat))),
    ...(nobodyLeft ? help : {}),
  }))
}

/** The program said itself that it stopped; otherwise it was killed, hangs, or can't be reached. */
export function saidGoodbye(component: { readonly reported_status: string }): boolean {
  return component.reported_status === 'inactive'
}

/** For a list that is cut, of consumers: nobody misses one that was stopped. The order within stays. */
export function stoppedLast<C extends { readonly status: string, readonly reported_status: string }>(components: readonly C[]): C[] {
  const stopped = (component: C): boolean => component.status !== 'active' && saidGoodbye(component)
  return [...components.filter((component) => !stopped(component)), ...components.filter(stopped)]
}

function partitionProblems(partitions: readonly PartitionState[], state: DashboardState, now: number): Problem[] {
  const problems: Problem[] = []
  const unowned = partitions.filter(({ owner }) => owner === null)
  if (unowned.length > 0) {
    const times = unowned.flatMap(({ partition }) => unownedSince(partition, state) ?? [])
    problems.push({
      level: unowned.every(({ partition }) => isChangingHands(partition, state, now)) ? 'warning' : 'critical',
      since: times.length === 0 ? null : Math.min(...times),
      text: `No consumer reads partition${unowned.length === 1 ? '' : 's'} ${listed(unowned.map(({ partition }) => String(partition)), 8)}`,
    })
  }
  for (const { partition, lag, readings_per_second } of partitions) {
    if (lag !== null && lag > LAG_LIMIT_READINGS && lag > LAG_LIMIT_S * readings_per_second) {
      problems.push({ level: 'warning', text: `Partition ${partition} is ${counted(lag, 'reading')} behind`, since: null })
    }
  }
  const weak = partitions.filter(({ replicas, in_sync_replicas }) => in_sync_replicas.length < replicas.length)
  if (weak.length > 0) {
    const brokers = [...new Set(weak.flatMap(({ replicas, in_sync_replicas }) => replicas.filter((id) => !in_sync_replicas.includes(id))))]
      .sort((a, b) => a - b)
    problems.push({
      level: 'warning', since: null,
      text: `Kafka broker${brokers.length === 1 ? '' : 's'} ${listed(brokers.map(String))} out of sync: ${
        listed(weak.map(({ partition }) => `partition ${partition}`), 8)} kept on fewer brokers`,
    })
  }
  return problems
}

/** A partition that lost its consumer a moment ago: in every rebalance it is nobody's for an instant, which is no alarm yet. */
export function isChangingHands(partition: number, state: DashboardState, now: number): boolean {
  const since = unownedSince(partition, state)
  return since !== null && now - since < CHANGE_OF_HANDS_MS
}

/** When a partition lost its consumer, by what the page saw, else by the events of the group. */
export function unownedSince(partition: number, state: DashboardState): number | null {
  const move = state.moves.get(partition)
  if (move !== undefined && move.to === null) return move.at
  const event = state.sections.rebalances?.find(({ partition_number }) => partition_number === partition)
  return event?.event_type === 'partition_revoked' ? Date.parse(event.timestamp) : null
}

function kafkaProblems(state: DashboardState): Problem[] {
  const kafka = state.sections.health?.kafka
  if (kafka?.status !== 'unhealthy') return []
  const reason = kafka.reason === undefined ? '' : `: ${kafka.reason}`
  return [{
    level: 'critical', text: `Kafka does not answer${reason}`, since: Date.parse(kafka.since),
    advice: 'Producers keep their readings meanwhile and send them when Kafka is back.',
  }]
}
