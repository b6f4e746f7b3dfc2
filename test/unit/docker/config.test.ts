import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeEnvironment, readDockerConfig } from '../../../src/docker/config.ts'

const LOCAL = { kafkaPortBase: 9092 }

test('by default everything is published on loopback', () => {
  assert.deepEqual(readDockerConfig({}, LOCAL), {
    bindAddress: '127.0.0.1', advertisedHost: '127.0.0.1', kafkaPorts: [9092, 9094, 9096], kafkaUiPort: 8080, postgresPassword: 'factory_pass', project: 'factory',
  })
})

test('the brokers follow KAFKA_PORT_BASE, and each can be moved', () => {
  assert.deepEqual(readDockerConfig({ KAFKA2_PORT: '7000' }, { kafkaPortBase: 19_092 }).kafkaPorts, [19_092, 7000, 19_096])
})

test('clients come by the address that is published, or by the name that is given', () => {
  const host = (env: Record<string, string>): string => readDockerConfig(env, LOCAL).advertisedHost
  assert.equal(host({ BIND_ADDRESS: '10.0.0.5' }), '10.0.0.5')
  assert.equal(host({ BIND_ADDRESS: '0.0.0.0' }), '127.0.0.1')
  assert.equal(host({ BIND_ADDRESS: '0.0.0.0', ADVERTISED_HOST: 'plant.example' }), 'plant.example')
})

test('a wrong value is named, a wrong password is not', () => {
  assert.throws(() => readDockerConfig({ BIND_ADDRESS: 'everywhere' }, LOCAL), { message: 'BIND_ADDRESS is "everywhere"; it must be an address of this machine' })
  assert.throws(() => readDockerConfig({ POSTGRES_PASSWORD: 'a b@c' }, LOCAL), (error: Error) => error.message.startsWith('POSTGRES_PASSWORD is not valid') && !error.message.includes('a b@c'))
})

test('the compose file is told what the commands found out', () => {
  const env = composeEnvironment(readDockerConfig({ BIND_ADDRESS: '10.0.0.5' }, LOCAL), { LOG_LEVEL: 'warn', COMPOSE_FILE: 'other.yml' })
  assert.deepEqual([env['KAFKA1_PORT'], env['KAFKA3_PORT'], env['ADVERTISED_HOST'], env['LOG_LEVEL'], env['COMPOSE_FILE']], ['9092', '9096', '10.0.0.5', 'warn', undefined])
})
