import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StreamData, StreamSection } from '../../../src/contract/stream.ts'
import { assess, isChangingHands, stoppedLast, unownedSince } from '../../../src/dashboard/assessment.ts'
import type { Assessment } from '../../../src/dashboard/assessment.ts'
import { initialState, withConnectionLost, withSection } from '../../../src/dashboard/state.ts'
import type { DashboardState } from '../../../src/dashboard/state.ts'
import { alarm, openAlarms } from '../../e2e/fixture-alarms.ts'
import { consumer, emptyPlant, iso, manyProducers, partition, plant, producer, rebalance, wrongLedger } from '../../e2e/fixture-data.ts'
import type { PlantOptions } from '../../e2e/fixture-data.ts'

const T = Date.parse('2026-11-24T10:00:00.000Z')

function stateOf(sections: Partial<StreamData>, from: DashboardState = initialState(T), at = T): DashboardState {
  return Object.entries(sections).reduce((state, [section, data]) => withSection(state, section as StreamSection, data, at), from)
}

function assessPlant(options: Omit<PlantOptions, 'now'>): Assessment {
  return assess(stateOf(plant({ now: T, ...options })), T)
}

const texts = ({ problems }: Assessment): string[] => problems.map(({ text }) => text)
const silent = (id: string, beforeMs = 12_000) => consumer(T, id, [], { status: 'inactive', last_heartbeat: iso(T - beforeMs) })

describe('the headline', () => {
  it('says that all is well', () => {
    assert.deepEqual(assessPlant({}), {
      level: 'normal', headline: 'All 3 consumers and 3 producers active', problems: [], waiting: null, title: 'All 3 consumers and 3 producers active',
    })
  })

  it('reads well for one and for none', () => {
    const one = { consumers: [consumer(T, 'consumer-001', [0, 1, 2])], producers: [producer(T, 'temp-sensor-001', 'temperature')] }
    assert.equal(assessPlant(one).headline, '1 consumer and 1 producer active')
    assert.equal(assessPlant({ ...one, producers: [] }).headline, '1 consumer and no producer active')
    assert.equal(assess(stateOf(emptyPlant(T)), T).headline, 'Nothing has run yet')
  })

  it('never says that all is well while nothing current is known', () => {
    const good = stateOf(plant({ now: T }))
    assert.equal(assess(initialState(T), T).level, 'unknown')
    const lost = assess(withConnectionLost(good, T), T)
    assert.deepEqual([lost.level, lost.title], ['unknown', 'Connection lost'])
    const health = { ...plant({ now: T }).health, status: 'unhealthy' as const, reason: 'refused', since: iso(T - 5_000) }
    const down = assess(stateOf({ health }, good), T)
    assert.deepEqual([down.level, down.headline], ['critical', 'The database does not answer: state unknown'])
    assert.deepEqual([down.problems[0]?.text, down.problems[0]?.since], ['refused', T - 5_000])
  })
})

describe('what is wrong', () => {
  it('names a silent consumer and since when, as a warning while others read its partitions', () => {
    const found = assessPlant({ consumers: [consumer(T, 'consumer-001', [0, 1, 2]), silent('consumer-002')] })
    assert.equal(found.headline, '1 of 2 consumers and 3 producers active')
    assert.deepEqual(found.problems, [{ level: 'warning', text: 'consumer-002 is silent', since: T - 12_000 }])
    assert.equal(found.title, 'consumer-002 is silent')
  })

  it('tells a stop from a silence', () => {
    const stopped = producer(T, 'temp-sensor-001', 'temperature', { status: 'inactive', reported_status: 'inactive' })
    const killed = producer(T, 'b', 'energy', { status: 'inactive' })
    assert.deepEqual(texts(assessPlant({ producers: [stopped, killed, producer(T, 'c', 'energy')] })),
      ['b is silent', 'temp-sensor-001 was stopped'])
  })

  it('misses no consumer that was stopped while others run, and all of them when none does', () => {
    const stopped = ['consumer-004', 'consumer-005'].map((id) => consumer(T, id, [], { status: 'inactive', reported_status: 'inactive' }))
    const running = [1, 2, 3].map((n) => consumer(T, `consumer-00${n}`, [n - 1]))
    const scaledDown = assessPlant({ consumers: [...running, ...stopped] })
    assert.deepEqual([scaledDown.level, scaledDown.headline], ['normal', 'All 3 consumers and 3 producers active'])
    assert.deepEqual(texts(assessPlant({ consumers: [...running, silent('consumer-006'), ...stopped] })), ['consumer-006 is silent'])
    const none = assessPlant({ consumers: stopped, owners: [] })
    assert.deepEqual([none.level, texts(none), none.problems[0]?.command], ['critical', ['consumer-004 and consumer-005 were stopped'], 'make start-consumers'])
  })

  it('is critical, with the command that helps, when no consumer is left', () => {
    const found = assessPlant({ consumers: [silent('consumer-001'), silent('consumer-002', 3_000)], owners: [] })
    assert.deepEqual(found.problems, [{
      level: 'critical', text: 'consumer-001 and consumer-002 are silent', since: T - 3_000, advice: 'Start consumers:',
      command: 'make start-consumers',
    }])
  })

  it('counts what it can\'t list', () => {
    const producers = manyProducers(T, 30).map((each) => ({ ...each, status: 'inactive' as const }))
    assert.deepEqual(texts(assessPlant({ producers })), [
      'temperature-sensor-001, vibration-sensor-002, energy-sensor-003 and 27 more are silent',
    ])
  })

  it('names partitions that nobody reads, at first as a change of hands', () => {
    const before = stateOf(plant({ now: T }))
    const unowned = stateOf(plant({ now: T, owners: ['consumer-001', null, null] }), before, T)
    assert.equal(unownedSince(1, unowned), T)
    assert.equal(isChangingHands(1, unowned, T + 1_000), true)
    assert.deepEqual(assess(unowned, T + 1_000).problems[0], { level: 'warning', text: 'No consumer reads partitions 1 and 2', since: T })
    assert.deepEqual(assess(unowned, T + 4_000).problems[0], { level: 'critical', text: 'No consumer reads partitions 1 and 2', since: T })
  })

  it('knows from the events since when, if the page was opened later', () => {
    const rebalances = [
      rebalance(3, T - 1_000, 'partition_assigned', 'consumer-001', 0), rebalance(2, T - 60_000, 'partition_revoked', 'consumer-002', 1),
      rebalance(1, T - 90_000, 'partition_assigned', 'consumer-002', 1),
    ]
    assert.deepEqual(assessPlant({ owners: ['consumer-001', null], rebalances }).problems[0], {
      level: 'critical', text: 'No consumer reads partition 1', since: T - 60_000,
    })
    assert.equal(assessPlant({ owners: ['consumer-001', null], rebalances: [] }).problems[0]?.since, null)
  })

  it('warns of a lag only when it takes long to catch up', () => {
    const lagging = (lag: number | null, readingsPerSecond: number): string[] => {
      const data = plant({ now: T })
      data.partitions.partitions[0] = partition(0, 'consumer-001', { lag, readings_per_second: readingsPerSecond })
      return texts(assess(stateOf(data), T))
    }
    assert.deepEqual(lagging(1_001, 1), ['Partition 0 is 1,001 readings behind'])
    assert.deepEqual(lagging(1_000, 1), [])
    assert.deepEqual(lagging(5_000, 600), [])
    assert.deepEqual(lagging(null, 0), [])
  })

  it('names the brokers that are out of sync', () => {
    const data = plant({ now: T })
    data.partitions.partitions[0] = partition(0, 'consumer-001', { replicas: [1, 2], in_sync_replicas: [1] })
    data.partitions.partitions[1] = partition(1, 'consumer-002', { replicas: [2, 3], in_sync_replicas: [3] })
    assert.deepEqual(texts(assess(stateOf(data), T)), ['Kafka broker 2 out of sync: partition 0 and partition 1 kept on fewer brokers'])
  })

  it('puts the worst first', () => {
    const data = plant({
      now: T, ledger: wrongLedger(T), consumers: [consumer(T, 'consumer-001', [0, 1, 2]), silent('consumer-002')],
      producers: [producer(T, 'a', 'energy', { dropped: 3 })],
    })
    data.health.kafka = { status: 'unhealthy', reason: 'no broker answers', since: iso(T - 1_000) }
    const found = assess(stateOf(data), T)
    assert.deepEqual(found.problems.map(({ level, text }) => `${level}: ${text}`), [
      'critical: Kafka does not answer: no broker answers', 'critical: Not every reading is accounted for',
      'critical: a gave up 3 readings, as its buffer was full', 'warning: consumer-002 is silent',
    ])
    assert.equal(found.title, '(4) Kafka does not answer: no broker answers')
  })
})

describe('high alarms that nobody has acknowledged', () => {
  const high = (number: number, agoS: number) => alarm(T, number, agoS, { sensor_id: `sensor-${number}` })

  it('are named with the oldest\'s time, in the title too, and leave the pipeline\'s health as it is', () => {
    const found = assessPlant({ alarms: openAlarms([high(1, 10), high(2, 70), alarm(T, 3, 5, { priority: 'medium' }), { ...high(4, 5), state: 'acknowledged' }]) })
    assert.deepEqual(found.waiting, {
      text: '2 high alarms wait to be acknowledged', which: 'sensor-1 (Critical limit reached) and sensor-2 (Critical limit reached)', since: T - 70_000,
    })
    assert.deepEqual([found.level, found.headline], ['normal', 'All 3 consumers and 3 producers active'])
    assert.equal(found.title, '2 high alarms wait to be acknowledged · All 3 consumers and 3 producers active')
  })

  it('are counted beyond three, and at least where the service did not send all', () => {
    const many = openAlarms([1, 2, 3, 4, 5].map((number) => high(number, number)))
    const { waiting } = assessPlant({ alarms: { ...many, counts: { ...many.counts, high: 6 } } })
    assert.equal(waiting?.text, 'At least 5 high alarms wait to be acknowledged')
    assert.match(waiting.which, /^sensor-1 .* and 2 more$/)
    assert.equal(assessPlant({ alarms: openAlarms([high(1, 1)]) }).waiting?.text, '1 high alarm waits to be acknowledged')
  })

  it('are not known while nothing current is', () => {
    const state = stateOf(plant({ now: T, alarms: openAlarms([high(1, 1)]) }))
    assert.equal(assess(withConnectionLost(state, T), T).waiting, null)
  })
})

it('a list of consumers ends with those that were stopped', () => {
  const stopped = consumer(T, 'b', [], { status: 'inactive', reported_status: 'inactive' })
  assert.deepEqual(stoppedLast([stopped, silent('a'), consumer(T, 'c', [0])]).map(({ consumer_id }) => consumer_id), ['a', 'c', 'b'])
})
