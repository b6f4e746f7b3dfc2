import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countConsumers, dockerServices, systemStatus } from '../../../../src/cli/docker/system.ts'
import { readDockerConfig } from '../../../../src/docker/config.ts'
import type { Container } from '../../../../src/docker/containers.ts'
import { readLocalConfig } from '../../../../src/local/config.ts'

function container(name: string, state: Container['state'] = 'running'): Container {
  return { name, state, pid: state === 'running' ? 7 : null, startedAtMs: state === 'running' ? Date.now() - 61_000 : null, restarts: 0, reason: null, published: null, env: {} }
}

function servicesOf(env: Record<string, string>): ReturnType<typeof dockerServices> {
  const local = readLocalConfig(env)
  return dockerServices(local, readDockerConfig(env, local))
}

test('Kafka UI comes after the servers, and only the ports of clients are published', () => {
  const services = servicesOf({})
  assert.deepEqual(services.slice(0, 5).map(({ name, ports }) => [name, ports.map(({ host, port }) => `${host}:${port}`).join()]), [
    ['kafka1', '127.0.0.1:9092'], ['kafka2', '127.0.0.1:9094'], ['kafka3', '127.0.0.1:9096'], ['postgres', '127.0.0.1:5432'], ['kafka-ui', '127.0.0.1:8080'],
  ])
})

test('servers that the user has are not started, and no Kafka UI for them', () => {
  const names = servicesOf({ KAFKA_BROKERS: 'kafka.example:9092', DATABASE_URL: 'postgresql://u:p@db.example:5432/plant' }).map(({ name }) => name)
  assert.deepEqual(names.slice(0, 2), ['temperature-sensor', 'vibration-sensor'])
  assert.ok(!names.includes('kafka-ui'))
})

test('the number of consumers is that of their containers', () => {
  assert.equal(countConsumers([container('kafka1')]), undefined)
  assert.equal(countConsumers(['consumer-1', 'consumer-2', 'consumer-6'].map((name) => container(name))), 6)
})

test('what has no container is stopped, and addresses are those that are published', () => {
  const env = { BIND_ADDRESS: '0.0.0.0', ADVERTISED_HOST: 'plant.example', POSTGRES_PASSWORD: 'secret', KAFKA1_PORT: '7000' }
  const local = readLocalConfig(env)
  const status = systemStatus(servicesOf(env), [container('kafka1'), container('consumer-1', 'killed')], local, readDockerConfig(env, local))
  const states = new Map(status.services.map((service) => [service.name, service]))
  assert.deepEqual([states.get('kafka1')?.state, states.get('kafka1')?.uptimeS, states.get('kafka1')?.port], ['running', 61, 7000])
  assert.deepEqual([states.get('consumer-1')?.state, states.get('consumer-1')?.healthId], ['killed', 'consumer-001'])
  assert.equal(states.get('monitoring')?.state, 'stopped')
  assert.deepEqual(status.brokers, ['plant.example:7000', 'plant.example:9094', 'plant.example:9096'])
  assert.equal(status.databaseUrl, 'postgresql://factory_user:secret@127.0.0.1:5432/factory_monitoring')
  assert.equal(status.monitoringUrl, 'http://127.0.0.1:5000')
})

test('where nothing runs, what Docker killed at the stop is only stopped', () => {
  const local = readLocalConfig({})
  const { services } = systemStatus(servicesOf({}), [container('kafka1', 'killed'), container('kafka2', 'stopped')], local, readDockerConfig({}, local))
  assert.deepEqual(new Set(services.map(({ state }) => state)), new Set(['stopped']))
})
