import type { LocalConfig } from '../local/config.ts'
import type { ServiceKind } from '../local/services.ts'
import type { ServiceStatus, SystemStatus } from '../local/supervisor/protocol.ts'
import type { Environment } from '../runtime/config.ts'
import { coloured, print } from './terminal.ts'

/** The last lines of a start: where everything is reached, and how long it took. */
export function printAddresses(status: SystemStatus, kinds: readonly ServiceKind[], tookMs: number): void {
  print(coloured('green', `Running after ${(tookMs / 1000).toFixed(1)} s`))
  printPlaces(status, kinds)
}

/** Of a system in which there was nothing to start. */
export function printUntouched(status: SystemStatus, asked: readonly ServiceStatus[]): void {
  const running = asked.filter(({ state }) => state === 'running').length
  print(`It runs already (${running} of ${asked.length} services); nothing was changed.`)
  for (const { name, state } of asked) if (state === 'killed') print(`  ${name} was killed by hand: make revive SERVICE=${name}`)
  printPlaces(status, asked.map(({ kind }) => kind))
}

function printPlaces(status: SystemStatus, kinds: readonly ServiceKind[]): void {
  const kafkaUi = kafkaUiUrl(status)
  const lines = [
    ...kinds.includes('monitoring') ? [['Page', coloured('bold', status.monitoringUrl)], ['API', `${status.monitoringUrl}/docs`]] : [],
    ...kafkaUi === null ? [] : [['Kafka UI', kafkaUi]],
    ['Kafka', status.brokers.join(',')],
    ['PostgreSQL', withoutPassword(status.databaseUrl)],
  ]
  for (const [name = '', place] of lines) print(`  ${name.padEnd(12)}${place}`)
  if (status.demo && kinds.includes('monitoring')) {
    print(coloured('yellow', '  This is a demonstration, until make stop: services can be killed from the page, with a token that make all DEMO=1 '
      + 'prints'))
  }
  print(coloured('dim', '  make status, make logs, make stop; make env prints the addresses for other programs'))
}

/** Where Kafka UI answers, on the same address as the page; null where none runs. */
export function kafkaUiUrl({ services, monitoringUrl }: SystemStatus): string | null {
  const kafkaUi = services.find(({ kind, state }) => kind === 'kafka-ui' && state === 'running')
  if (kafkaUi === undefined) return null
  const url = new URL(monitoringUrl)
  // Without TLS, also where the page has it.
  url.protocol = 'http:'
  url.port = String(kafkaUi.port)
  return url.origin
}

export function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  url.password = ''
  return url.href
}

/** Where the caller's variables ask for something else than what runs, one line each. */
export function conflicts(status: SystemStatus, config: LocalConfig, env: Environment): string[] {
  const { ports } = status
  const pairs: readonly (readonly [variable: string, asked: string | number, runs: string | number, advice?: string])[] = [
    ['KAFKA_PORT_BASE', config.kafkaPortBase, ports.kafkaPortBase],
    ['POSTGRES_PORT', config.postgresPort, ports.postgresPort],
    ['MONITORING_PORT', config.monitoringPort, ports.monitoringPort],
    ['MONITORING_HOST', config.monitoringHost, ports.monitoringHost],
    ['CONSUMERS', config.consumerCount, status.consumerCount, `make scale CONSUMERS=${config.consumerCount}`],
    ['DEMO', Number(config.demo), Number(status.demo)],
    ['KAFKA_BROKERS', config.externalBrokers?.join(',') ?? '', status.brokers.join(',')],
  ]
  return pairs.filter(([variable, asked, runs]) => (env[variable] ?? '') !== '' && asked !== runs)
    .map(([variable, asked, runs, advice = '`make stop` first']) => `it runs with ${variable}=${runs}, not ${asked}; ${advice}`)
}
