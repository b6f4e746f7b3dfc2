import type { OutgoingHttpHeaders } from 'node:http'
import { Type } from 'typebox'
import { names } from '../../contract/api-schema.ts'
import { HISTORY_LEVELS } from '../../contract/history-api.ts'
import type { App } from '../app.ts'
import { EXPORT_FORMATS, FORMATS } from '../export/formats.ts'
import { MOST_EXPORTS } from '../export/exporter.ts'
import { RequestError } from '../request-error.ts'
import { readSpan } from '../time-span.ts'
import { sensorFailures, spanQuery } from './context.ts'
import type { RouteContext } from './context.ts'

const MOST_SENSORS = 1_000
/** Whoever takes nothing for so long has the connection cut: the database waits as long for it. */
const STALLED_MS = 60_000

const querySchema = Type.Object({
  ...spanQuery,
  format: Type.Optional(names(EXPORT_FORMATS, 'csv unless told')),
  level: Type.Optional(names(HISTORY_LEVELS, 'each reading, or what was rolled up by minute or hour; raw unless told')),
  sensor: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 2_000 }), {
    minItems: 1, maxItems: 20, description: 'sensor_id, several times or with commas between; all sensors unless told',
  })),
}, { additionalProperties: false })

export function registerExport(app: App, { exporter }: RouteContext): void {
  app.get('/api/export', {
    // A HEAD would read all of it.
    exposeHeadRoute: false,
    schema: {
      tags: ['History'],
      summary: 'The readings of a time as a file',
      description: 'However many they are, as of one moment; by day (minutes: by month, hours: by year), within that in no order. CSV by '
        + 'RFC 4180, where a text that a spreadsheet would take for a formula has an apostrophe before it; NDJSON; or Parquet in row groups of 50,000. '
        + `The connection is cut when it can't be completed. At most ${MOST_EXPORTS} at once, an hour each.`,
      querystring: querySchema,
      response: {
        200: {
          description: 'the file',
          content: Object.fromEntries(Object.values(FORMATS).map(({ contentType }): [string, object] => [contentType, { schema: Type.String() }])),
        },
        ...sensorFailures,
        503: { ...sensorFailures[503], description: 'the database does not answer, or too much is exported at once; the error says which' },
      },
    },
  }, async ({ query }, reply) => {
    const { format = 'csv', level = 'raw' } = query
    const { fromMs, toMs } = readSpan(query, Date.now())
    const request = { format, level, fromMs, toMs, sensorIds: query.sensor === undefined ? null : readSensorIds(query.sensor) }
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    try {
      await exporter.run(request, () => {
        reply.headers({
          'cache-control': 'no-store', 'content-type': FORMATS[format].contentType,
          'content-disposition': `attachment; filename="readings-${level}-${nameOf(fromMs)}-${nameOf(toMs)}.${format}"`,
        })
        reply.hijack()
        reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders)
        reply.raw.setTimeout(STALLED_MS, () => reply.raw.destroy())
        return reply.raw
      }, gone.signal)
    } catch (error) {
      // Whoever has gone away needs no answer.
      if (!gone.signal.aborted) throw error
    } finally {
      // What failed in the middle can't be answered any more; so it must not look whole.
      if (reply.raw.headersSent && !reply.raw.writableFinished) reply.raw.destroy()
    }
  })
}

function readSensorIds(given: readonly string[]): string[] {
  const ids = [...new Set(given.flatMap((list) => list.split(',')))]
  if (ids.length > MOST_SENSORS) throw new RequestError(400, `sensor names ${ids.length} sensors; at most ${MOST_SENSORS} are allowed`)
  const wrong = ids.find((id) => id === '' || id.includes('\0'))
  if (wrong !== undefined) throw new RequestError(400, 'sensor must be a sensor_id, or several with commas between')
  return ids
}

/** `20260131T120000Z` */
function nameOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}
