import { STREAM_SECTIONS, streamSchemas } from '../../contract/stream.ts'
import type { StreamSection } from '../../contract/stream.ts'
import { readFrames } from '../../runtime/event-stream.ts'
import { schemaProblem } from './api-contract.ts'
import type { CheckRun } from './check-run.ts'
import type { CheckedSystem } from './run-checks.ts'

/** `/api/stream` sends every section once after the connect. */
export async function checkStream(run: CheckRun, { status: { monitoringUrl }, credentials }: Pick<CheckedSystem, 'status' | 'credentials'>): Promise<void> {
  await run.check('API', '/api/stream', (signal) => readSections(`${monitoringUrl}/api/stream`, credentials, signal), judgeSections)
}

/** The data of the first event of each section, until all are there. */
async function readSections(url: string, headers: CheckedSystem['credentials'], signal: AbortSignal): Promise<Map<StreamSection, unknown>> {
  const response = await fetch(url, { signal, headers })
  if (!response.ok || response.body === null) throw new Error(`answers ${response.status}: ${(await response.text()).slice(0, 200)}`)
  const sections = new Map<StreamSection, unknown>()
  try {
    for await (const frame of readFrames(response.body)) {
      const event = STREAM_SECTIONS.find((section) => section === /^event: (.*)$/m.exec(frame)?.[1])
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      if (event !== undefined && data !== undefined && !sections.has(event)) sections.set(event, JSON.parse(data))
      if (sections.size === STREAM_SECTIONS.length) break
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return sections
}

export function judgeSections(sections: ReadonlyMap<StreamSection, unknown>): string {
  const missing = STREAM_SECTIONS.filter((section) => !sections.has(section))
  if (missing.length > 0) throw new Error(`no event: ${missing.join(', ')}`)
  const problems = STREAM_SECTIONS.flatMap((section) => {
    const problem = schemaProblem(streamSchemas[section], sections.get(section))
    return problem === null ? [] : [`${section}: ${problem}`]
  })
  if (problems.length > 0) throw new Error(problems.join('; '))
  return `sends ${STREAM_SECTIONS.join(', ')}`
}
