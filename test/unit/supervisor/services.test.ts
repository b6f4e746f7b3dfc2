import assert from 'node:assert/strict'
import { isAbsolute } from 'node:path'
import { describe, test } from 'node:test'
import { readLocalConfig, readWholeLocalConfig } from '../../../src/local/config.ts'
import { demoProblems } from '../../../src/local/demo-problems.ts'
import { addressesOf, serviceEnvironment, serviceTable, withServers } from '../../../src/local/services.ts'

const names = (env: Record<string, string>): string[] => serviceTable(readLocalConfig(env)).map(({ name }) => name)

describe('the services of a local run', () => {
  test('are those of the contract', () => {
    assert.deepEqual(names({}), [
      'kafka1', 'kafka2', 'kafka3', 'postgres', 'temperature-sensor', 'vibration-sensor', 'energy-sensor', 'consumer-1', 'consumer-2', 'consumer-3',
      'monitoring',
    ])
    const ports = serviceTable(readLocalConfig({})).flatMap(({ name, ports: own }) => own.map(({ port, host, variable }) => [name, host, port, variable]))
    assert.deepEqual(ports, [
      ['kafka1', '127.0.0.1', 9092, 'KAFKA_PORT_BASE'], ['kafka1', '127.0.0.1', 9093, 'KAFKA_PORT_BASE'],
      ['kafka2', '127.0.0.1', 9094, 'KAFKA_PORT_BASE'], ['kafka2', '127.0.0.1', 9095, 'KAFKA_PORT_BASE'],
      ['kafka3', '127.0.0.1', 9096, 'KAFKA_PORT_BASE'], ['kafka3', '127.0.0.1', 9097, 'KAFKA_PORT_BASE'],
      ['postgres', '127.0.0.1', 5432, 'POSTGRES_PORT'], ['monitoring', '127.0.0.1', 5000, 'MONITORING_PORT'],
    ])
  })

  test('are without Kafka or PostgreSQL where the user has one', () => {
    assert.deepEqual(names({ KAFKA_BROKERS: 'broker:9092' }).slice(0, 2), ['postgres', 'temperature-sensor'])
    assert.deepEqual(names({ DATABASE_URL: 'postgresql://a:b@db/c' }).slice(2, 5), ['kafka3', 'temperature-sensor', 'vibration-sensor'])
    const given = addressesOf(readLocalConfig({ KAFKA_BROKERS: 'b1:9092, b2:9092', DATABASE_URL: 'postgresql://a:b@db/c', MONITORING_HOST: '0.0.0.0' }))
    assert.deepEqual(given, { brokers: ['b1:9092', 'b2:9092'], databaseUrl: 'postgresql://a:b@db/c', monitoringUrl: 'http://127.0.0.1:5000' })
  })

  test('are reached where the ports were moved to', () => {
    const config = readLocalConfig({ KAFKA_PORT_BASE: '22092', POSTGRES_PORT: '22432', MONITORING_PORT: '22500', MONITORING_HOST: '::1' })
    assert.deepEqual(addressesOf(config), {
      brokers: ['127.0.0.1:22092', '127.0.0.1:22094', '127.0.0.1:22096'],
      databaseUrl: 'postgresql://factory_user:factory_pass@127.0.0.1:22432/factory_monitoring', monitoringUrl: 'http://[::1]:22500',
    })
  })

  test('have as many consumers as are asked for', () => {
    const consumers = serviceTable(readLocalConfig({ CONSUMERS: '11' })).filter(({ kind }) => kind === 'consumer')
    assert.equal(consumers.length, 11)
    assert.deepEqual([consumers[0], consumers[10]].map((each) => [each?.name, each?.env['CONSUMER_ID']]), [['consumer-1', 'consumer-001'], ['consumer-11', 'consumer-011']])
    for (const wrong of ['0', '25', '2.5']) {
      assert.throws(() => readLocalConfig({ CONSUMERS: wrong }), { name: 'ExitError', message: `CONSUMERS is "${wrong}"; it must be a whole number from 1 to 24` })
    }
  })

  test('have their own variables, the addresses, and what the user set', () => {
    const config = readLocalConfig({ KAFKA_PORT_BASE: '22092' })
    const [service] = serviceTable(config).filter(({ name }) => name === 'energy-sensor')
    assert.ok(service !== undefined)
    assert.deepEqual(serviceEnvironment(service, config, { SENSOR_SEED: '7', SENSOR_ID: 'mine', NODE_OPTIONS: '--inspect', KAFKA_SSL: '1', PATH: '/bin' }), {
      SENSOR_SEED: '7', PATH: '/bin', SENSOR_ID: 'energy-sensor-003', SENSOR_TYPE: 'energy', FACTORY_SECTION: 'utilities', MACHINE_ID: 'generator-001',
      ZONE: 'zone-c', KAFKA_BROKERS: '127.0.0.1:22092,127.0.0.1:22094,127.0.0.1:22096',
      DATABASE_URL: 'postgresql://factory_user:factory_pass@127.0.0.1:5432/factory_monitoring',
    })
  })

  test('have the socket of a demonstration only in one, and the monitoring service alone', () => {
    const sockets = (env: Record<string, string>): string[] => {
      const config = readLocalConfig({ FACTORY_HOME: '/h', ...env })
      return serviceTable(config).flatMap((service) => serviceEnvironment(service, config, { DEMO_SOCKET: '/h/run/control.sock' })['DEMO_SOCKET'] ?? [])
    }
    assert.deepEqual([sockets({ DEMO: '1' }), sockets({}), sockets({ DEMO: '0' })], [['/h/run/demo.sock'], [], []])
  })

  test('are shown as a demonstration only where nobody can listen', () => {
    const config = readLocalConfig({ DEMO: '1' })
    const problems = (host: string): number => demoProblems(config, { host, variable: 'MONITORING_HOST' }).length
    assert.deepEqual(['127.0.0.1', 'localhost', '::1', '127.3.0.9'].map((host) => problems(host)), [0, 0, 0, 0])
    assert.deepEqual(['0.0.0.0', '::', '10.0.0.5', '127.0.0.1.example'].map((host) => problems(host)), [1, 1, 1, 1])
    assert.deepEqual(demoProblems(readLocalConfig({}), { host: '0.0.0.0', variable: 'BIND_ADDRESS' }), [])
  })

  test('need the servers, unless only servers are asked for', () => {
    const config = readLocalConfig({ DATABASE_URL: 'postgresql://a:b@db/c' })
    assert.deepEqual(withServers(config, ['consumer-2']).map(({ name }) => name), ['kafka1', 'kafka2', 'kafka3', 'consumer-2'])
    assert.deepEqual(withServers(config, ['kafka2']).map(({ name }) => name), ['kafka2'])
  })
})

describe('the variables of a local run', () => {
  test('FACTORY_HOME is in the project, wherever a command is called', () => {
    assert.ok(isAbsolute(readLocalConfig({}).home))
    assert.equal(readLocalConfig({ FACTORY_HOME: '/data/my factory' }).home, '/data/my factory')
  })

  test('each wrong one has its line', () => {
    assert.throws(() => readWholeLocalConfig({ KAFKA_PORT_BASE: '65531', POSTGRES_PORT: 'x', DATABASE_URL: 'mysql://a:secret@b', RUNTIME: 'local' }), {
      name: 'ExitError',
      message: 'KAFKA_PORT_BASE is "65531"; it must be a whole number from 1 to 65530\nPOSTGRES_PORT is "x"; it must be a whole number from 1 to 65535\n'
        + 'DATABASE_URL is not valid; it must be postgresql://user:password@host:port/database',
    })
  })
})
