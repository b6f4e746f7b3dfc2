import type { Socket } from 'node:net'
import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController } from 'fastify'
import type { FastifyReply } from 'fastify'
import type { Log } from '../runtime/log.ts'
import type { Access } from './access/access.ts'
import { guardRoutes } from './access/guard.ts'
import type { OidcConfig } from './access/oidc-config.ts'
import { createSignIn } from './access/sign-in.ts'
import { createSignOn } from './access/sign-on.ts'
import type { Demo } from './demo/demo.ts'
import { handleError, handleNotFound, refuseWrongMethods } from './error-handlers.ts'
import { registerAccounts } from './routes/accounts.ts'
import { registerAlarmActions } from './routes/alarm-actions.ts'
import { registerAlarmSettings } from './routes/alarm-settings.ts'
import { registerAlarms } from './routes/alarms.ts'
import { registerAudit } from './routes/audit.ts'
import { registerCalendar } from './routes/calendar.ts'
import { registerConsumerHealth } from './routes/consumer-health.ts'
import type { RouteContext } from './routes/context.ts'
import { registerDashboard } from './routes/dashboard.ts'
import { registerDemo } from './routes/demo.ts'
import { registerExport } from './routes/export.ts'
import { registerHealth } from './routes/health.ts'
import { registerKafkaCluster } from './routes/kafka-cluster.ts'
import { registerKafkaDeadLetters } from './routes/kafka-dead-letters.ts'
import { registerKafkaGroups } from './routes/kafka-groups.ts'
import { registerKafkaMessage } from './routes/kafka-message.ts'
import { registerKafkaMessages } from './routes/kafka-messages.ts'
import { registerKafkaReplay } from './routes/kafka-replay.ts'
import { registerKafkaTail } from './routes/kafka-tail.ts'
import { registerKafkaTopics } from './routes/kafka-topics.ts'
import { registerLedger } from './routes/ledger.ts'
import { registerLogin } from './routes/login.ts'
import { registerLoginOidc } from './routes/login-oidc.ts'
import { registerLogout } from './routes/logout.ts'
import { registerMachines } from './routes/machines.ts'
import { registerPartitionAssignment } from './routes/partition-assignment.ts'
import { registerProducerHealth } from './routes/producer-health.ts'
import { registerRealTimeMetrics } from './routes/real-time-metrics.ts'
import { registerRecentAlerts } from './routes/recent-alerts.ts'
import { registerSensorActions } from './routes/sensor-actions.ts'
import { registerSensorHistory } from './routes/sensor-history.ts'
import { registerSensors } from './routes/sensors.ts'
import { registerSession } from './routes/session.ts'
import { registerStream } from './routes/stream.ts'
import { registerSystemStatus } from './routes/system-status.ts'
import { registerTokens } from './routes/tokens.ts'
import { registerWhatIf } from './routes/what-if.ts'
import { DOCS_POLICY, SECURITY_HEADERS, TLS_HEADERS } from './security-headers.ts'
import type { ServerTls } from './tls-files.ts'
import { compileValidator } from './validator.ts'
import { describeWrongParameter } from './wrong-parameter.ts'

export type App = ReturnType<typeof createFastify>

export interface AppOptions extends RouteContext {
  readonly log: Log
  /** Absent: nobody can log in, so everything may be read and nothing changed. */
  readonly access?: Access
  /** Absent or null: people log in by password alone. */
  readonly oidc?: OidcConfig | null
  readonly sensorTopic: string
  /** An alarm can be shelved for so long; absent: 24. */
  readonly maxShelveHours?: number | undefined
  /** Absent or null: there is no demonstration. */
  readonly demo?: Demo | null
  /** Absent or null: plain http. */
  readonly tls?: ServerTls | null
  /** Absent: none. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Absent: none. */
  readonly trustedProxies?: readonly string[] | undefined
  /** Where the built page is. */
  readonly dashboardDir: string
}

/** No request of this API has a body to speak of. */
const MAX_BODY_BYTES = 64 * 1024
/** With the address: 2,000 letters of a search take 24 KB there, and the route says what is wrong with them. */
const MAX_HEADER_BYTES = 64 * 1024
const MAX_SHELVE_HOURS = 24
/** For a request to arrive; the stream's answer may take for ever. */
const REQUEST_TIMEOUT_MS = 10_000

/** The API, its stream, its description and the page, not listening yet; tests use it by `inject`. */
export async function createApp(options: AppOptions): Promise<App> {
  const tls = options.tls ?? null
  const app = createFastify(options.log, tls, options.trustedProxies ?? [])
  const headers = tls === null ? SECURITY_HEADERS : { ...SECURITY_HEADERS, ...TLS_HEADERS }
  app.addHook('onRequest', async (_request, reply) => { reply.headers(headers) })
  // Every figure is of this moment. The page's files set their own.
  app.addHook('onSend', async (_request, reply) => { if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store') })
  app.setValidatorCompiler(compileValidator)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler(handleNotFound)
  refuseWrongMethods(app)
  guardRoutes(app, {
    access: options.access ?? null, demo: options.demo ?? null, untilRead: options.source.check, allowedHosts: options.allowedHosts ?? [],
  })
  await registerDescription(app)

  registerSystemStatus(app, options)
  registerConsumerHealth(app, options)
  registerProducerHealth(app, options)
  registerPartitionAssignment(app, options)
  registerRealTimeMetrics(app, options)
  registerRecentAlerts(app, options)
  registerLedger(app, options)
  registerStream(app, options)
  registerSensors(app, options)
  registerSensorHistory(app, options)
  registerMachines(app, options)
  registerExport(app, options)
  registerAlarms(app, options)
  registerCalendar(app, options)
  registerKafkaCluster(app, options)
  registerKafkaTopics(app, options)
  registerKafkaGroups(app, options)
  registerKafkaMessages(app, options)
  registerKafkaMessage(app, options)
  registerKafkaTail(app, options)
  registerKafkaDeadLetters(app, options)
  registerHealth(app, options)
  if (options.access !== undefined) registerAccess(app, options.access, options)
  if (options.demo) registerDemo(app, options.demo)
  await registerDashboard(app, options.dashboardDir)
  await app.ready()
  return app
}

function registerAccess(app: App, access: Access, { log, oidc = null, sensorTopic, maxShelveHours = MAX_SHELVE_HOURS, whatIf, sensors }: AppOptions): void {
  const signIn = createSignIn(access)
  registerLogin(app, access, signIn)
  if (oidc !== null) registerLoginOidc(app, createSignOn({ access, config: oidc, log }))
  registerLogout(app, signIn)
  registerSession(app, access)
  registerAccounts(app, access)
  registerTokens(app, access)
  registerAudit(app, access)
  registerKafkaReplay(app, access, sensorTopic)
  registerAlarmActions(app, access, maxShelveHours)
  registerSensorActions(app, access, sensors)
  registerAlarmSettings(app, access)
  registerWhatIf(app, { whatIf })
}

function createFastify(log: Log, tls: ServerTls | null, trustedProxies: readonly string[]) {
  // Typed as if it were empty, so that an app by TLS is no other type: none of what we call differs.
  const limits = { maxHeaderSize: MAX_HEADER_BYTES }
  const server = (tls === null ? { http: limits } : { https: { ...tls, ...limits } }) as { readonly https?: never }
  return Fastify({
    ...server,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    schemaErrorFormatter: describeWrongParameter,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The headers' own limit: a part of a path that is too long is as wrong as one that isn't known, and answered by the route.
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    // A viewer that keeps its connection must not hold up the stop.
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => {
      void (reply as FastifyReply).code(error.statusCode ?? 400).send({ error: error.message })
    },
    clientErrorHandler: answerBrokenRequest,
  }).withTypeProvider<TypeBoxTypeProvider>()
}

/** What isn't even HTTP. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = error.code === 'HPE_HEADER_OVERFLOW' ? ['431 Request Header Fields Too Large', 'the headers are too large']
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? ['408 Request Timeout', 'the request did not arrive in time']
      : ['400 Bad Request', 'this is not a valid HTTP request']
  const body = JSON.stringify({ error: message })
  const head = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  socket.end([`HTTP/1.1 ${status}`, ...head, '', body].join('\r\n'))
}

async function registerDescription(app: App): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Factory Monitoring System',
        version: '1',
        description: 'State of the plant. All times are UTC, ISO 8601. Every failure answers `{"error": message}` with its status. '
          + 'Fields may be added to an answer, none is renamed or removed.',
      },
    },
  })
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs', staticCSP: DOCS_POLICY, theme: { title: 'Factory Monitoring API' },
    // Without the bar on top, which is for loading other descriptions.
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list' },
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}
