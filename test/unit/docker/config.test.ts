import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { composeEnvironment, readDockerConfig } from '../../../src/docker/config.ts'
import { readLocalConfig } from '../../../src/local/config.ts'

const LOCAL = { kafkaPortBase: 9092, demo: false }

test('by default everything is published on loopback', () => {
  assert.deepEqual(readDockerConfig({}, LOCAL), {
    bindAddress: '127.0.0.1', advertisedHost: '127.0.0.1', kafkaPorts: [9092, 9094, 9096], kafkaUiPort: 8080, postgresPassword: 'factory_pass', project: 'factory', demo: false,
  })
})

test('the brokers follow KAFKA_PORT_BASE, and each can be moved', () => {
  assert.deepEqual(readDockerConfig({ KAFKA2_PORT: '7000' }, { kafkaPortBase: 19_092, demo: false }).kafkaPorts, [19_092, 7000, 19_096])
})

test('clients come by the address that is published, or by the name that is given', () => {
  const host = (env: Record<string, string>): string => readDockerConfig(env, LOCAL).advertisedHost
  assert.equal(host({ BIND_ADDRESS: '10.0.0.5' }), '10.0.0.5')
  assert.equal(host({ BIND_ADDRESS: '0.0.0.0' }), '127.0.0.1')
  assert.equal(host({ BIND_ADDRESS: '0.0.0.0', ADVERTISED_HOST: 'plant.example' }), 'plant.example')
})

test('a wrong value is named, a wrong password is not', () => {
  assert.throws(() => readDockerConfig({ BIND_ADDRESS: 'everywhere' }, LOCAL), { message: 'BIND_ADDRESS is "everywhere"; it must be an IPv4 address of this machine' })
  assert.throws(() => readDockerConfig({ POSTGRES_PASSWORD: 'a b@c' }, LOCAL), (error: Error) => error.message.startsWith('POSTGRES_PASSWORD is not valid') && !error.message.includes('a b@c'))
})

function composed(env: Record<string, string>): ReturnType<typeof composeEnvironment> {
  const local = readLocalConfig(env)
  return composeEnvironment(readDockerConfig(env, local), local, env)
}

test('the compose file is told what the commands found out', () => {
  const env = composed({ BIND_ADDRESS: '10.0.0.5', KAFKA_PORT_BASE: '19092', LOG_LEVEL: 'warn', COMPOSE_FILE: 'other.yml' })
  assert.deepEqual([env['KAFKA1_PORT'], env['KAFKA3_PORT'], env['ADVERTISED_HOST'], env['MONITORING_PORT'], env['LOG_LEVEL'], env['COMPOSE_FILE']],
    ['19092', '19096', '10.0.0.5', '5000', 'warn', undefined])
})

test('a secret in a file of this machine is given as what is in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  try {
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const env = composed({
      DATABASE_URL_FILE: file('url', 'postgresql://u:p@db.example:5432/plant\n'), POSTGRES_PASSWORD_FILE: file('password', 'secret\n'),
      KAFKA_BROKERS: 'kafka.example:9093', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD_FILE: file('sasl', 'word\n'),
    })
    assert.deepEqual([env['DATABASE_URL'], env['POSTGRES_PASSWORD'], env['KAFKA_SASL_PASSWORD']], ['postgresql://u:p@db.example:5432/plant', 'secret', 'word'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what protects a Kafka elsewhere is not for ours', () => {
  assert.equal(composed({ KAFKA_SSL: '1' })['KAFKA_SSL'], undefined)
  assert.equal(composed({ KAFKA_SSL: '1', KAFKA_BROKERS: 'kafka.example:9093' })['KAFKA_SSL'], '1')
})

test('only DEMO=1 gives the containers a demonstration', () => {
  const socket = (env: Record<string, string>): string | undefined => {
    const local = readLocalConfig(env)
    return composeEnvironment(readDockerConfig(env, local), local, { DEMO_SOCKET: '/var/run/docker.sock', ...env })['DEMO_SOCKET']
  }
  assert.deepEqual([socket({ DEMO: '1' }), socket({ DEMO: '0' }), socket({})], ['/run/demo/demo.sock', undefined, undefined])
})
