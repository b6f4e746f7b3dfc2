import { CONSUMER_NODE_OPTIONS } from '../../consumer/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import type { Log } from '../../runtime/log.ts'
import type { LocalConfig } from '../config.ts'
import type { Reaper } from '../process/reaper.ts'
import { addressesOf, labelOf, serviceEnvironment, serviceTable } from '../services.ts'
import type { ServiceDefinition, ServiceKind } from '../services.ts'
import { logFile } from '../state-files.ts'
import { sayGoodbyeFor } from './goodbye.ts'
import { clusterIdOf, launchBroker } from './launch-kafka.ts'
import { launchNode } from './launch-node.ts'
import { launchPostgres } from './launch-postgres.ts'
import { residentMemory } from './memory.ts'
import { createPreparations } from './preparations.ts'
import type { ServiceStatus, SystemStatus } from './protocol.ts'
import { createRunner } from './runner.ts'
import type { Launch, Runner } from './runner.ts'
import { allOf, oneAtATime, step } from './steps.ts'
import type { Report } from './steps.ts'

type Variables = Readonly<Record<string, string>>

export interface StartOptions {
  /** Of the caller, for producers, consumers and the monitoring service; null: as each of them was started last. */
  readonly env: Variables | null
  /** Also those that were killed by hand. */
  readonly revive: boolean
}

/** All services of a local run. Names are those of `serviceTable`; an unknown one is an `ExitError`. */
export interface System {
  /**
   * Starts these services and what they need, in order, and resolves when all are ready. Those that run already are left alone, and those
   * killed by hand stay dead, unless they are revived. Throws an `ExitError` with a line for each that failed.
   */
  start(names: readonly string[], options: StartOptions, report: Report): Promise<void>
  /** In the reverse order. */
  stop(names: readonly string[], report: Report): Promise<void>
  stopAll(report: Report): Promise<void>
  /**
   * Stops the consumers above this number and forgets them; starts those up to it that aren't running, but not those killed by hand. Throws
   * an `ExitError` with a line for each that failed.
   */
  scale(consumerCount: number, env: Variables, report: Report): Promise<void>
  /** Throws an `ExitError` when one of them isn't running. */
  kill(names: readonly string[]): Promise<void>
  status(): SystemStatus
  /** The part of the status that costs nothing. */
  states(): readonly Pick<ServiceStatus, 'name' | 'state'>[]
}

interface Member extends ServiceDefinition {
  readonly runner: Runner
}

const SERVERS: readonly ServiceKind[] = ['kafka', 'postgres']
const APPLICATIONS: readonly ServiceKind[] = ['producer', 'consumer', 'monitoring']

export function createSystem(config: LocalConfig, reaper: Reaper, log: Log): System {
  let members: readonly Member[] = serviceTable(config).map((service) => ({ ...service, runner: createRunner(service.name, log) }))
  /** Being stopped for good; nothing starts them any more. */
  let leaving: readonly Member[] = []
  const prepare = createPreparations(config, reaper)
  const clusterId = clusterIdOf(config.home)
  const startedWith = new WeakMap<Member, Variables>()

  function find(names: readonly string[]): Member[] {
    return names.map((name) => {
      const found = members.find((member) => member.name === name && !leaving.includes(member))
      if (found === undefined) throw new ExitError(`there is no service ${name} here; there are ${members.map((member) => member.name).join(', ')}`)
      return found
    })
  }

  function launchOf(member: Member, given: StartOptions['env']): Launch {
    const { name, kind } = member
    const env = given ?? startedWith.get(member) ?? {}
    startedWith.set(member, env)
    if (kind === 'kafka') {
      const nodeId = Number(name.slice('kafka'.length))
      return async () => launchBroker(nodeId, { config, clusterId, installation: await prepare.kafka(() => undefined), reaper })
    }
    if (kind === 'postgres') return () => launchPostgres(config, reaper)
    return () => launchNode({
      name, main: `src/${kind}/main.ts`, nodeOptions: kind === 'consumer' ? CONSUMER_NODE_OPTIONS : [],
      env: serviceEnvironment(member, config, env), address: member.ports[0] ?? null, logFile: logFile(config.home, name), reaper,
    })
  }

  async function start(names: readonly string[], { env, revive }: StartOptions, report: Report): Promise<void> {
    const asked = find(names)
    const applications = asked.filter(({ kind }) => APPLICATIONS.includes(kind))
    const needed = applications.length === 0 ? asked : members.filter((member) => SERVERS.includes(member.kind) || asked.includes(member))
    const chosen = needed.filter((member) => member.runner.state !== 'killed' || (revive && asked.includes(member)))
    const of = (kind: ServiceKind): Member[] => chosen.filter((member) => member.kind === kind)
    const startKind = async (kind: ServiceKind): Promise<void> => {
      // The number of consumers may have become smaller since this start began.
      const group = of(kind).filter((member) => member.runner.state !== 'running' && members.includes(member) && !leaving.includes(member))
      if (group.length === 0) return
      await step(report, `${labelOf(kind, group)} ready`, () => allOf(group.map((member) => member.runner.start(launchOf(member, env)))))
    }
    const kafka = async (): Promise<void> => {
      if (of('kafka').length > 0) await prepare.kafka(report)
      await startKind('kafka')
      if (applications.length > 0) await prepare.topics(report)
    }
    const postgres = async (): Promise<void> => {
      await startKind('postgres')
      if (applications.length > 0) await prepare.schema(report)
    }
    if (applications.length > 0) prepare.load()
    const page = of('monitoring').length > 0 ? prepare.page(report) : Promise.resolve()
    await allOf([allOf([kafka(), postgres()]).then(() => allOf(APPLICATIONS.map(startKind))), page])
  }

  async function stop(chosen: readonly Member[], report: Report): Promise<void> {
    const stopTogether = async (kinds: readonly ServiceKind[]): Promise<void> => {
      // All the same those that are stopped already: one of them may just be starting.
      const group = chosen.filter((member) => kinds.includes(member.kind))
      const running = group.filter((member) => member.runner.pid !== null)
      const end = (): Promise<void> => allOf(group.map((member) => member.runner.stop()))
      if (running.length === 0) await end()
      else {
        const labels = kinds.map((kind) => labelOf(kind, running.filter((member) => member.kind === kind)))
        await step(report, `${labels.filter((label) => label !== '').join(', ')} stopped`, end)
      }
    }
    await stopTogether(APPLICATIONS)
    await allOf(SERVERS.map((kind) => stopTogether([kind])))
  }

  async function scale(consumerCount: number, env: Variables, report: Report): Promise<void> {
    const table = serviceTable({ ...config, consumerCount })
    leaving = members.filter(({ name }) => !table.some((service) => service.name === name))
    await stop(leaving, report)
    const ids = leaving.flatMap((member) => member.env['CONSUMER_ID'] ?? [])
    if (ids.length > 0) await sayGoodbyeFor(ids, addressesOf(config).databaseUrl, (reason) => log.warn({ ids, reason }, 'not recorded as stopped'))
    members = table.map((service) => members.find(({ name }) => name === service.name) ?? { ...service, runner: createRunner(service.name, log) })
    leaving = []
    await start(consumers().map(({ name }) => name), { env, revive: false }, report)
  }

  function consumers(): Member[] {
    return members.filter(({ kind }) => kind === 'consumer')
  }

  function statusOf({ name, kind, ports, env, runner }: Member, memory: ReadonlyMap<number, number>): ServiceStatus {
    const { state, pid, startedAtMs, restarts, reason } = runner
    const bytes = pid === null ? undefined : memory.get(pid)
    return {
      name, kind, state, pid, restarts, reason,
      uptimeS: startedAtMs === null ? null : Math.floor((Date.now() - startedAtMs) / 1000),
      memoryMB: bytes === undefined ? null : Math.round(bytes / 1e6),
      port: ports[0]?.port ?? null,
      healthId: env['SENSOR_ID'] ?? env['CONSUMER_ID'] ?? null,
    }
  }

  let starts = 0
  async function counted(work: () => Promise<void>): Promise<void> {
    starts++
    try {
      await work()
    } finally {
      starts--
    }
  }

  const scaleOneAtATime = oneAtATime(scale)
  return {
    start: (names, options, report) => counted(() => start(names, options, report)),
    scale: (consumerCount, env, report) => counted(() => scaleOneAtATime(consumerCount, env, report)),
    stop: (names, report) => stop(find(names), report),
    stopAll: (report) => stop(members, report),
    async kill(names) {
      for (const { name, runner } of find(names)) {
        if (!await runner.kill()) throw new ExitError(`${name} is not running (${runner.state})`)
      }
    },
    states: () => members.map(({ name, runner: { state } }) => ({ name, state })),
    status() {
      const memory = residentMemory(members.flatMap(({ runner }) => runner.pid ?? []))
      const { kafkaPortBase, postgresPort, monitoringPort, monitoringHost } = config
      return {
        supervisorPid: process.pid,
        starting: starts > 0,
        services: members.map((member) => statusOf(member, memory)),
        consumerCount: consumers().length,
        ...addressesOf(config), demo: config.demo,
        ports: { kafkaPortBase, postgresPort, monitoringPort, monitoringHost },
        ownKafka: config.externalBrokers === null, ownPostgres: config.externalDatabaseUrl === null,
      }
    },
  }
}
