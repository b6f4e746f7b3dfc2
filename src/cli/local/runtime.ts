import { existsSync } from 'node:fs'
import type { LocalConfig } from '../../local/config.ts'
import { endPostgresLeftovers, removePostgres } from '../../local/postgres/server.ts'
import { configProblems } from '../../local/preflight.ts'
import { addressesOf, serviceTable } from '../../local/services.ts'
import { homeFiles, removeHome } from '../../local/state-files.ts'
import { askSupervisor, supervisorLives } from '../../local/supervisor-client.ts'
import type { ServiceStatus, SystemStatus } from '../../local/supervisor/protocol.ts'
import type { Environment } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import { definedOnly } from '../environment.ts'
import type { Runtime } from '../runtime.ts'
import { print, printStep } from '../terminal.ts'
import { START_SILENCE_MS, bringUp } from './bring-up.ts'
import { PARTS } from './parts.ts'
import { showLogs } from './show-logs.ts'
import { shutDown } from './shut-down.ts'

/** A producer and a broker may each take their whole time. */
const STOP = { onProgress: printStep, silenceMs: 30_000 }
/** Downloads may take their time. */
const START = { onProgress: printStep, silenceMs: START_SILENCE_MS }

/** The services as processes of this machine, under the supervisor of FACTORY_HOME. */
export function createLocalRuntime(config: LocalConfig, env: Environment): Runtime {
  const { home } = config
  return {
    name: 'local', env, config,
    status: () => askSupervisor(home, { command: 'status' }),
    stopped: () => stoppedSystem(config),
    absence: () => (supervisorLives(home) ? 'The supervisor runs, but can\'t be reached.' : 'Nothing runs; start it by `make all`.'),
    bringUp: (options) => bringUp(options, config, env),
    async revive(names) {
      await askSupervisor(home, { command: 'start', services: names, env: definedOnly(env), revive: true }, START)
    },
    async stop(names) {
      await askSupervisor(home, { command: 'stop', services: names }, STOP)
    },
    async kill(names) {
      await askSupervisor(home, { command: 'kill', services: names })
    },
    async scale(consumerCount) {
      const problems = configProblems(config, serviceTable(config).filter(({ kind }) => kind === 'consumer'), env)
      if (problems.length > 0) throw new ExitError([...new Set(problems)].join('\n'))
      const status = await askSupervisor(home, { command: 'scale', consumerCount, env: definedOnly(env) }, START)
      if (status === null) throw new ExitError('the system was stopped')
      return status
    },
    shutDown: () => shutDown(home),
    async clean() {
      if (!existsSync(home)) {
        print(`There is nothing in ${home}.`)
        return
      }
      if (!existsSync(homeFiles(home).marker)) throw new ExitError(`${home} was not made by this system, so nothing in it is deleted`)
      if (supervisorLives(home)) await shutDown(home)
      await endPostgresLeftovers(home)
      await removePostgres(home)
      removeHome(home)
      print(`Data, logs and state of ${home} are deleted.`)
    },
    showLogs: (cli, kind) => showLogs(cli, config, kind),
    async build(kinds) {
      if (kinds.includes('kafka')) await PARTS.kafka()
      if (kinds.includes('monitoring')) await PARTS.page()
      const asTheyAre = kinds.filter((kind) => kind === 'producer' || kind === 'consumer').map((kind) => `${kind}s`)
      if (asTheyAre.length > 0) print(`  Nothing to build for ${asTheyAre.join(' and ')}: without Docker, Node.js runs their TypeScript as it is.`)
    },
  }
}

function stoppedSystem(config: LocalConfig): SystemStatus {
  const { kafkaPortBase, postgresPort, monitoringPort, monitoringHost } = config
  return {
    supervisorPid: null, starting: false, consumerCount: config.consumerCount,
    services: serviceTable(config).map(({ name, kind, ports }): ServiceStatus => ({
      name, kind, state: 'stopped', pid: null, uptimeS: null, restarts: 0, memoryMB: null, port: ports[0]?.port ?? null, reason: null, healthId: null,
    })),
    ...addressesOf(config), demo: config.demo,
    ports: { kafkaPortBase, postgresPort, monitoringPort, monitoringHost },
    ownKafka: config.externalBrokers === null, ownPostgres: config.externalDatabaseUrl === null,
  }
}
