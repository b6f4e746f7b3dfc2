import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { topicSettings } from '../../contract/topics.ts'
import { ExitError } from '../../runtime/errors.ts'
import type { LocalConfig } from '../config.ts'
import { dashboardIsBuilt } from '../dashboard-build.ts'
import type { KafkaInstallation } from '../kafka/cluster.ts'
import { findJava } from '../kafka/java.ts'
import { classArchive } from '../kafka/jvm.ts'
import { librariesFolder } from '../kafka/libraries.ts'
import { lastLines } from '../process/log-tail.ts'
import type { Reaper } from '../process/reaper.ts'
import { spawnOwned } from '../process/spawn.ts'
import { PROJECT_ROOT } from '../project.ts'
import { addressesOf } from '../services.ts'
import { logFile } from '../state-files.ts'
import { onceUntilFailed, step } from './steps.ts'
import type { Report } from './steps.ts'

/** What has to be there before services can start. Each reports a step when there was something to do, and is done once. */
export interface Preparations {
  /** Begins to load what `topics` and `schema` need: Kafka's client alone takes half a second, in which the servers can start. */
  load(): void
  kafka(report: Report): Promise<KafkaInstallation>
  page(report: Report): Promise<void>
  /** Once the brokers answer. */
  topics(report: Report): Promise<void>
  /** Once PostgreSQL answers. */
  schema(report: Report): Promise<void>
}

export function createPreparations(config: LocalConfig, reaper: Reaper): Preparations {
  const { brokers, databaseUrl } = addressesOf(config)
  const topicsModule = onceUntilFailed(() => import('../../kafka/topics.ts'))
  const migrateModule = onceUntilFailed(() => import('../../postgres/migrate.ts'))

  /** Downloads and builds in a process of its own, which ends with us, and with whatever it starts in turn. */
  async function setUp(what: 'kafka' | 'page'): Promise<void> {
    const file = logFile(config.home, `setup-${what}`)
    const setup = await spawnOwned(process.execPath, [join(PROJECT_ROOT, 'src/cli/main.ts'), 'setup', what],
      { cwd: PROJECT_ROOT, env: { ...process.env, NO_COLOR: '1' }, logFile: file, reaper })
    const { code, signal } = await setup.exited
    if (code !== 0) throw new ExitError(signal === null ? lastLines(file, 1) : `killed by ${signal}`)
  }

  async function findKafka(report: Report): Promise<KafkaInstallation> {
    const java = await findJava()
    const libs = librariesFolder()
    if (!existsSync(libs)) await step(report, 'Kafka downloaded', () => setUp('kafka'))
    else if (!existsSync(classArchive(java, libs))) await step(report, 'Kafka prepared for this Java', () => setUp('kafka'))
    return { java, libs }
  }

  async function buildPage(report: Report): Promise<void> {
    if (!dashboardIsBuilt()) await step(report, 'Page built', () => setUp('page'))
  }

  async function makeTopics(report: Report): Promise<void> {
    const { ensureTopics } = await topicsModule()
    const topics = topicSettings(config.sensorTopic, config.alertTopic)
    await step(report, 'Topics there', () => ensureTopics({ brokers, clientId: 'supervisor', security: config.kafkaSecurity }, topics))
  }

  async function migrateSchema(report: Report): Promise<void> {
    const { migrate } = await migrateModule()
    await step(report, 'Database schema there', () => migrate(databaseUrl))
  }

  return {
    load() {
      // Whoever needs them, gets the error.
      for (const load of [topicsModule, migrateModule]) load().catch(() => undefined)
    },
    kafka: onceUntilFailed(findKafka), page: onceUntilFailed(buildPage), topics: onceUntilFailed(makeTopics), schema: onceUntilFailed(migrateSchema),
  }
}
