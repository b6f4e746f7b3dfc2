import { askForCluster } from '../local/kafka/probe.ts'
import type { ServiceStatus, SystemStatus } from '../local/supervisor/protocol.ts'
import { createPool } from '../postgres/pool.ts'
import { readConsumerHealth, readProducerHealth } from '../postgres/read-health.ts'
import { parseAddress } from '../runtime/address.ts'
import { messageOf } from '../runtime/errors.ts'
import { kafkaUiUrl } from './addresses.ts'

export interface HealthCheck {
  readonly name: string
  readonly healthy: boolean
  /** What was seen, or what is wrong. */
  readonly detail: string
}

const ANSWER_MS = 3_000
/** Of three heartbeats, one may be late. */
const HEARTBEAT_S = 10

/** Asks every service that was started; those that were stopped or never started are not asked for. */
export async function checkHealth(status: SystemStatus): Promise<HealthCheck[]> {
  const beats = await heartbeats(status.databaseUrl)
  const wanted = status.services.filter(({ state }) => state !== 'stopped')
  return Promise.all(wanted.map(async (service) => {
    if (service.state !== 'running') {
      return { name: service.name, healthy: false, detail: [service.state, service.reason].filter((part) => part !== null).join(': ') }
    }
    try {
      return { name: service.name, healthy: true, detail: await check(service, status, beats) }
    } catch (error) {
      return { name: service.name, healthy: false, detail: messageOf(error) }
    }
  }))
}

async function check(service: ServiceStatus, status: SystemStatus, beats: Beats | Error): Promise<string> {
  switch (service.kind) {
    case 'kafka': {
      const { brokers } = await askForCluster(service.port ?? 0, ANSWER_MS, brokerHost(service, status))
      return `answers; brokers of its cluster: ${brokers.toSorted((a, b) => a - b).join(', ')}`
    }
    case 'postgres': {
      if (beats instanceof Error) throw beats
      return 'answers'
    }
    case 'monitoring': {
      await requireAnswer(`${status.monitoringUrl}/health`)
      return `answers on ${status.monitoringUrl}`
    }
    case 'kafka-ui': {
      const url = kafkaUiUrl(status)
      await requireAnswer(`${url}/actuator/health`)
      return `answers on ${url}`
    }
    default: {
      if (beats instanceof Error) throw new Error('its heartbeat can\'t be read: PostgreSQL doesn\'t answer')
      const ageS = beats.get(service.healthId ?? '')
      if (ageS === undefined) throw new Error('no heartbeat yet')
      if (ageS > HEARTBEAT_S) throw new Error(`its last heartbeat was ${Math.round(ageS)} s ago`)
      return `last heartbeat ${ageS.toFixed(1)} s ago`
    }
  }
}

/** All are on one machine, which may be reached by another address than loopback. */
function brokerHost({ port }: ServiceStatus, { brokers }: SystemStatus): string {
  const addresses = brokers.map((broker) => parseAddress(broker))
  return addresses.find((address) => address.port === port)?.host ?? '127.0.0.1'
}

async function requireAnswer(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
  if (!response.ok) throw new Error(`answers ${response.status}: ${(await response.text()).slice(0, 200)}`)
}

/** Age of the last heartbeat in seconds, by sensor or consumer id. */
type Beats = ReadonlyMap<string, number>

async function heartbeats(databaseUrl: string): Promise<Beats | Error> {
  const pool = createPool(databaseUrl, { applicationName: 'health', max: 1, statementTimeoutMs: ANSWER_MS })
  try {
    const rows = [...await readConsumerHealth(pool), ...await readProducerHealth(pool)]
    return new Map(rows.map(({ id, ageMs }) => [id, ageMs / 1000]))
  } catch (error) {
    return error as Error
  } finally {
    await pool.end()
  }
}
