import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asItRuns } from '../../../src/docker/as-it-runs.ts'
import { readDockerConfig } from '../../../src/docker/config.ts'
import type { Container } from '../../../src/docker/containers.ts'
import { readLocalConfig } from '../../../src/local/config.ts'

function container(name: string, port: number | null, env: Record<string, string> = {}, pid: number | null = 7): Container {
  return { name, state: 'running', pid, startedAtMs: 0, restarts: 0, reason: null, published: port === null ? null : { host: '10.0.0.5', port }, env }
}

function placesOf(containers: readonly Container[], env: Record<string, string>): ReturnType<typeof asItRuns> {
  const local = readLocalConfig(env)
  return asItRuns(containers, { local, config: readDockerConfig(env, local) })
}

test('what runs is reached where it was started, whatever the variables say by now', () => {
  const { local, config } = placesOf([
    container('kafka1', 7001, { KAFKA_ADVERTISED_LISTENERS: 'INTERNAL://kafka1:29092,EXTERNAL://plant.example:7001' }), container('kafka3', 7003),
    container('postgres', 7005, { POSTGRES_PASSWORD: 'first' }), container('monitoring', 7006),
  ], { MONITORING_PORT: '1', POSTGRES_PASSWORD: 'second' })
  assert.deepEqual([local.kafkaPortBase, local.postgresPort, local.monitoringPort], [7001, 7005, 7006])
  assert.deepEqual(config.kafkaPorts, [7001, 9094, 7003])
  assert.deepEqual([config.bindAddress, config.advertisedHost, config.postgresPassword], ['10.0.0.5', 'plant.example', 'first'])
})

test('what doesn\'t run is where it is asked for', () => {
  const { local, config } = placesOf([container('monitoring', 7006, {}, null)], { MONITORING_PORT: '6000' })
  assert.deepEqual([local.monitoringPort, config.bindAddress, config.kafkaPorts], [6000, '127.0.0.1', [9092, 9094, 9096]])
})

test('a demonstration goes on until it is stopped, whatever the variables say by now', () => {
  const monitoring = container('monitoring', 7006, { DEMO_SOCKET: '/run/demo/demo.sock' })
  const demo = container('demo', null)
  const isOne = (containers: readonly Container[], env: Record<string, string> = {}): boolean => placesOf(containers, env).config.demo
  assert.deepEqual([isOne([]), isOne([], { DEMO: '1' })], [false, true])
  assert.deepEqual([isOne([monitoring, demo]), isOne([monitoring]), isOne([demo])], [true, true, true])
  assert.deepEqual([isOne([container('monitoring', 7006, { DEMO_SOCKET: '' })], { DEMO: '1' }), isOne([container('monitoring', 7006)], { DEMO: '1' })], [false, false])
})
