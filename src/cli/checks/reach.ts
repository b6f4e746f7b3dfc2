import { askBrokers } from '../../kafka/broker-requests.ts'
import { readTopology } from '../../kafka/topology.ts'
import type { Topology } from '../../kafka/topology.ts'
import type { KafkaConnection } from '../../kafka/client.ts'
import type { SystemStatus } from '../../local/supervisor/protocol.ts'
import { createPool } from '../../postgres/pool.ts'
import { readDatabaseTime } from '../../postgres/read-first-reading.ts'
import { parseAddress } from '../../runtime/address.ts'
import { messageOf } from '../../runtime/errors.ts'
import type { CheckRun, Made } from './check-run.ts'
import type { CheckedSystem } from './run-checks.ts'
import { connectMs } from './tcp.ts'

/** What answered, after a TCP connection of its own. */
interface Reached<T> {
  readonly tcpMs: number
  readonly answerMs: number
  readonly answer: T
}

/** By address, in their order. */
export type BrokerChecks = ReadonlyMap<string, Made<unknown>>

/** Each broker, asked by itself. */
export async function checkBrokers(run: CheckRun, system: CheckedSystem): Promise<BrokerChecks> {
  const checks = new Map<string, Made<unknown>>()
  for (const address of system.status.brokers) checks.set(address, await checkBroker(run, system, address))
  return checks
}

/** The same system, asked only through brokers that answer: one that hangs takes all the time that a check has. */
export function throughAnswering(system: CheckedSystem, checks: BrokerChecks): CheckedSystem {
  const answering = [...checks].filter(([, { seen }]) => seen !== undefined).map(([address]) => address)
  return answering.length === 0 ? system : { ...system, connection: { ...system.connection, brokers: answering } }
}

async function checkBroker(run: CheckRun, { connection, status }: CheckedSystem, address: string): Promise<Made<Reached<Topology>>> {
  return run.check('Kafka', brokerName(address, status),
    (signal) => reach(address, signal, () => askOne(connection, address)),
    ({ tcpMs, answerMs, answer }) => `TCP in ${ms(tcpMs)}, answers in ${ms(answerMs)} as one of cluster ${answer.clusterId}`)
}

/** What one broker says of its cluster. */
function askOne(connection: KafkaConnection, address: string): Promise<Topology> {
  return askBrokers({ ...connection, brokers: [address] }, (requests) => readTopology(requests, []))
}

/** Each broker, as the only one we know: where it says that the brokers are can be reached from here. */
export async function checkAdvertised(run: CheckRun, system: CheckedSystem): Promise<BrokerChecks> {
  const checks = new Map<string, Made<unknown>>()
  for (const address of system.status.brokers) checks.set(address, await checkAddressesOf(run, system, address))
  return checks
}

async function checkAddressesOf(run: CheckRun, { connection, status }: CheckedSystem, address: string): Promise<Made<unknown>> {
  return run.check('Kafka', brokerName(address, status), async (signal) => {
    await connectMs(parseAddress(address), signal)
    const { brokers } = await askOne(connection, address)
    const unreachable: string[] = []
    for (const { host, port } of brokers.values()) {
      await connectMs({ host, port }, signal).catch((error: unknown) => unreachable.push(`${host}:${port} (${messageOf(error)})`))
    }
    return { brokers, unreachable }
  }, ({ brokers, unreachable }) => {
    if (unreachable.length > 0) throw new Error(`names addresses that can't be reached from here: ${unreachable.join(', ')}`)
    return `names ${[...brokers.values()].map(({ host, port }) => `${host}:${port}`).join(', ')}, which can be reached from here`
  })
}

export async function checkPostgresReach(run: CheckRun, { status }: CheckedSystem): Promise<void> {
  const { hostname, port } = new URL(status.databaseUrl)
  const address = `${hostname}:${port === '' ? 5432 : port}`
  await run.check('PostgreSQL', address, (signal) => reach(address, signal, async () => {
    const pool = createPool(status.databaseUrl, { applicationName: 'test-connectivity', max: 1, statementTimeoutMs: 3_000 })
    try {
      return await readDatabaseTime(pool)
    } finally {
      await pool.end()
    }
  }), ({ tcpMs, answerMs }) => `TCP in ${ms(tcpMs)}, lets us in and answers in ${ms(answerMs)}`)
}

export async function checkMonitoringReach(run: CheckRun, { status }: CheckedSystem): Promise<void> {
  const { hostname, port } = new URL(status.monitoringUrl)
  const address = `${hostname}:${port === '' ? 80 : port}`
  await run.check('Monitoring', address, (signal) => reach(address, signal, async () => {
    const response = await fetch(`${status.monitoringUrl}/health`, { signal })
    if (!response.ok) throw new Error(`answers ${response.status}: ${(await response.text()).slice(0, 200)}`)
  }), ({ tcpMs, answerMs }) => `TCP in ${ms(tcpMs)}, healthy in ${ms(answerMs)}`)
}

/** `kafka2 (127.0.0.1:9094)`; the address alone of a broker that isn't ours. */
function brokerName(address: string, { services }: SystemStatus): string {
  const service = services.find(({ kind, port }) => kind === 'kafka' && port === parseAddress(address).port)
  return service === undefined ? address : `${service.name} (${address})`
}

async function reach<T>(address: string, signal: AbortSignal, ask: () => Promise<T>): Promise<Reached<T>> {
  const tcpMs = await connectMs(parseAddress(address), signal)
  const startedMs = performance.now()
  const answer = await ask()
  return { tcpMs, answerMs: performance.now() - startedMs, answer }
}

function ms(value: number): string {
  return `${Math.ceil(value)} ms`
}
