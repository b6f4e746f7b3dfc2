import { fileURLToPath } from 'node:url'
import { defaultCalendar } from '../calendar/calendar.ts'
import { topicSettings } from '../contract/topics.ts'
import { createTopicReader } from '../kafka/topic-reader.ts'
import { migrate } from '../postgres/migrate.ts'
import { createPool } from '../postgres/pool.ts'
import type { Pool, PoolOptions } from '../postgres/pool.ts'
import { defaultDetector } from '../runtime/detector-variables.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'
import type { Service } from '../runtime/lifecycle.ts'
import type { Log } from '../runtime/log.ts'
import { createAccess } from './access/access.ts'
import { buttonOf } from './access/oidc-config.ts'
import { createAlarmReader } from './alarms.ts'
import { createApp } from './app.ts'
import type { App } from './app.ts'
import type { MonitoringConfig } from './config.ts'
import { createDemo } from './demo/demo.ts'
import { watchDeadLetters } from './dead-letters.ts'
import { MOST_EXPORTS, createExporter } from './export/exporter.ts'
import { createHistory } from './history.ts'
import { createHistoryDatabase } from './history-database.ts'
import { createKafkaExplorer } from './kafka-explorer.ts'
import { watchKafka } from './kafka-state.ts'
import { createOverview } from './overview.ts'
import { startPostgresToHttp } from './postgres-to-http.ts'
import { createSensorDirectory } from './sensor-directory.ts'
import { createStream } from './stream.ts'
import { createWhatIf } from './what-if.ts'

const DASHBOARD_DIR = fileURLToPath(new URL('../dashboard/dist', import.meta.url))
/** For logins, so that they don't wait for the reading, nor it for them; one of them is free while a replay is requested. */
const ACCESS_CONNECTIONS = 2
/** One reads; the other is there while a connection that hung is being taken down. */
const MAX_CONNECTIONS = 2
/** For the history, so that a slow answer of it holds up nothing else. */
const HISTORY_CONNECTIONS = 4
/** Less than the other timeout: so a statement that takes too long is told from a connection on which nobody answers. */
const HISTORY_STATEMENT_TIMEOUT_MS = 1_500
const STATEMENT_TIMEOUT_MS = 2_000

export interface Monitoring extends Service {
  /** Where the API and the page answer, `http://127.0.0.1:5000`. */
  readonly url: string
}

/**
 * Starts the API, the stream and the page. Resolves when it listens, whether PostgreSQL and Kafka are there or not: while the
 * database is away every path of the API answers 503 with the reason. Port 0 takes any free one.
 * Throws an `ExitError` when it can't listen.
 */
export async function startMonitoring(config: MonitoringConfig, log: Log): Promise<Monitoring> {
  const openPool = (applicationName: string, max: number, options: Pick<PoolOptions, 'statementTimeoutMs' | 'queryTimeoutMs'>): Pool =>
    createPool(config.databaseUrl, {
      applicationName, max, ...options, onIdleError: (error) => { log.debug({ err: error }, 'an idle database connection broke') },
    })
  const inTime = { statementTimeoutMs: STATEMENT_TIMEOUT_MS, queryTimeoutMs: STATEMENT_TIMEOUT_MS }
  const pool = openPool('monitoring', MAX_CONNECTIONS, { statementTimeoutMs: STATEMENT_TIMEOUT_MS })
  const accessPool = openPool('monitoring-access', ACCESS_CONNECTIONS, inTime)
  const historyPool = openPool('monitoring-history', HISTORY_CONNECTIONS, { ...inTime, statementTimeoutMs: HISTORY_STATEMENT_TIMEOUT_MS })
  const exportPool = openPool('monitoring-export', MOST_EXPORTS, {})
  const tls = config.tls ?? null
  const oidc = config.oidc ?? null
  const publicUrl = config.publicUrl ?? null
  const secure = tls !== null || publicUrl?.protocol === 'https:'
  const detector = config.detector ?? defaultDetector()
  const calendar = config.calendar ?? defaultCalendar()
  const demoSocket = config.demoSocket ?? null
  const access = createAccess({
    pool: accessPool, log, host: config.host, anonymousRead: config.anonymousRead ?? false, demo: demoSocket !== null, secure,
    singleSignOn: oidc === null ? null : buttonOf(oidc),
  })
  const demo = demoSocket === null ? null : createDemo({ socket: demoSocket, access, log, secure })
  const connection = { brokers: config.brokers, clientId: 'monitoring', security: config.kafkaSecurity }
  const stream = createStream()
  const kafka = watchKafka(createTopicReader(connection, config.sensorTopic), log, {
    onHealthChange: () => { source.publishHealth() },
  })
  const explorer = createKafkaExplorer(connection, topicSettings(config.sensorTopic, config.alertTopic).map(({ name }) => name))
  const source = startPostgresToHttp({
    pool, stream, log,
    overview: createOverview(config.sensorTopic, () => kafka.partitions),
    kafkaHealth: () => kafka.health,
    // Nothing is read before it is known who may see it.
    prepare: async () => {
      await migrate(config.databaseUrl)
      await access.prepare()
    },
  })

  const historyDatabase = createHistoryDatabase(historyPool, source.check)
  const sensors = createSensorDirectory(historyDatabase)

  async function close(): Promise<void> {
    stream.close()
    await app?.close()
    await source.close()
    await Promise.all([kafka.close(), explorer.close()])
    access.close()
    await demo?.close()
    await Promise.all([pool.end(), accessPool.end(), historyPool.end(), exportPool.end()])
  }

  let app: App | null = null
  let closing: Promise<void> | null = null
  try {
    app = await createApp({
      log, access, demo, oidc, source, stream, tls, kafka: explorer, deadLetters: watchDeadLetters(pool, config.sensorTopic),
      sensors, history: createHistory(historyDatabase, sensors), exporter: createExporter(exportPool, historyDatabase),
      alarms: createAlarmReader(historyDatabase, detector.alarmScore, calendar), calendar, whatIf: createWhatIf(historyDatabase, detector, calendar),
      maxShelveHours: config.maxShelveHours,
      sensorTopic: config.sensorTopic, dashboardDir: DASHBOARD_DIR, trustedProxies: config.trustedProxies,
      allowedHosts: [config.host, ...publicUrl === null ? [] : [publicUrl.hostname], ...config.allowedHosts ?? []],
    })
    const url = await listen(app, config)
    return { url, close: () => closing ??= close(), failed: source.failed }
  } catch (error) {
    await close()
    throw error
  }
}

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'MONITORING_PORT is taken by another program; stop it or choose another port',
  EADDRNOTAVAIL: 'MONITORING_HOST is not an address of this machine',
  ENOTFOUND: 'MONITORING_HOST is not known',
  EACCES: 'MONITORING_PORT may not be opened by this account; choose one above 1023',
}

async function listen(app: App, { host, port, tls }: MonitoringConfig): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const problem = LISTEN_PROBLEMS[(error as NodeJS.ErrnoException).code ?? '']
    throw problem === undefined ? error : new ExitError(`${problem} (${messageOf(error)})`)
  }
  const address = app.server.address()
  const listening = typeof address === 'object' && address !== null ? address.port : port
  // What listens everywhere is reached here.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `${tls === undefined || tls === null ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${listening}`
}
