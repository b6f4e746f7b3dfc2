import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_MESSAGE_BYTES, deadLetterTopic, topicSettings } from '../../../src/contract/topics.ts'

test('the topics have the partitions, copies and limits that existing programs know', () => {
  const topics = topicSettings('sensor-data', 'alerts')
  assert.deepEqual(topics.map(({ name, partitions, replication }) => [name, partitions, replication]), [
    ['sensor-data', 3, 2], ['alerts', 2, 2], ['sensor-data.dlq', 1, 2],
  ])
  for (const { configs } of topics) {
    assert.equal(configs['retention.ms'], '604800000')
    assert.equal(configs['min.insync.replicas'], '1')
    assert.equal(configs['unclean.leader.election.enable'], 'false')
  }
})

test('a reading at the limit of its topic fits into the dead-letter topic, with its reason', () => {
  const [sensor, , deadLetter] = topicSettings('a', 'b')
  assert.equal(Number(sensor?.configs['max.message.bytes']), MAX_MESSAGE_BYTES)
  assert.equal(MAX_MESSAGE_BYTES, 4 * 1024 * 1024)
  assert.ok(Number(deadLetter?.configs['max.message.bytes']) > MAX_MESSAGE_BYTES + 64 * 1024)
})

test('renamed topics keep their dead-letter topic beside them', () => {
  assert.deepEqual(topicSettings('plant-7', 'alarms').map((topic) => topic.name), ['plant-7', 'alarms', 'plant-7.dlq'])
  assert.equal(deadLetterTopic('plant-7'), 'plant-7.dlq')
})
