import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { topicSettings } from '../../../../src/contract/topics.ts'
import { brokerSettings, formatSettings } from '../../../../src/local/kafka/settings.ts'

const address = { nodeId: 2, port: 9094, controllerPort: 9194, quorum: { 1: 9192, 2: 9194, 3: 9196 } }

describe('brokerSettings', () => {
  test('a node of three: its own addresses, and the whole quorum', () => {
    const settings = brokerSettings(address)
    assert.equal(settings['process.roles'], 'broker,controller')
    assert.equal(settings['node.id'], 2)
    assert.equal(settings['listeners'], 'BROKER://127.0.0.1:9094,CONTROLLER://127.0.0.1:9194')
    assert.equal(settings['advertised.listeners'], 'BROKER://127.0.0.1:9094')
    assert.equal(settings['controller.quorum.voters'], '1@127.0.0.1:9192,2@127.0.0.1:9194,3@127.0.0.1:9196')
  })

  test('listens on nothing but 127.0.0.1', () => {
    const addresses = Object.values(brokerSettings(address)).join(' ').match(/:\/\/[^,\s]*/g) ?? []
    assert.equal(addresses.length, 3)
    for (const each of addresses) assert.match(each, /^:\/\/127\.0\.0\.1:\d+$/)
  })

  test('internal topics are on all brokers, of which there may be one', () => {
    for (const topic of ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic']) {
      const name = `${topic}.replication.factor`
      assert.equal(brokerSettings(address)[name], 3, name)
      assert.equal(brokerSettings({ ...address, nodeId: 1, quorum: { 1: 9192 } })[name], 1, name)
    }
  })

  test('nothing acknowledged is given up, and no topic appears by a misspelt name', () => {
    const settings = brokerSettings(address)
    assert.equal(settings['unclean.leader.election.enable'], false)
    assert.equal(settings['min.insync.replicas'], 1)
    assert.equal(settings['auto.create.topics.enable'], false)
  })

  test('takes the largest message of any of our topics', () => {
    const largest = Math.max(...topicSettings('sensor-data', 'alerts').map((topic) => Number(topic.configs['max.message.bytes'])))
    assert.ok(Number(brokerSettings(address)['message.max.bytes']) >= largest)
  })
})

test('formatSettings writes a line a setting', () => {
  assert.equal(formatSettings({ 'node.id': 1, 'auto.create.topics.enable': false, 'log.dirs': 'data' }),
    'node.id=1\nauto.create.topics.enable=false\nlog.dirs=data\n')
})
