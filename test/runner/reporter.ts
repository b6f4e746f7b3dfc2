import { appendFileSync } from 'node:fs'
import type { EventData } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { inspect } from 'node:util'

/** The file that the lines go to. */
export const REPORT_VARIABLE = 'FACTORY_TEST_REPORT'

/** One line of the report, as JSON. `name` is the full one: `suite > test > subtest`. */
export type ReportLine =
  | { readonly type: 'started' | 'ended', readonly name: string }
  | { readonly type: 'passed', readonly name: string, readonly durationMs: number }
  | { readonly type: 'skipped', readonly name: string, readonly reason: string }
  | { readonly type: 'failed', readonly name: string, readonly durationMs: number, readonly error: string }
  | { readonly type: 'note', readonly text: string }

/** The totals that node:test adds at the end of a file. */
const OWN_TOTALS = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/

/**
 * A reporter of node:test. It writes at once and to a file, so that nothing is lost when the process is killed, and so that
 * what tests print on standard output can't be mistaken for a result.
 */
async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const path = process.env[REPORT_VARIABLE]
  if (path === undefined) throw new Error(`${REPORT_VARIABLE} is not set`)
  const names: string[] = []
  for await (const event of events) {
    if (event.type === 'test:start') {
      names.length = event.data.nesting
      names.push(event.data.name)
    }
    for (const line of linesOf(event, names)) appendFileSync(path, `${JSON.stringify(line)}\n`)
  }
  // node:test wants a generator; nothing goes to standard output.
  yield ''
}

function linesOf(event: TestEvent, names: readonly string[]): ReportLine[] {
  switch (event.type) {
    case 'test:dequeue': return [{ type: 'started', name: event.data.name }]
    case 'test:complete': return [{ type: 'ended', name: event.data.name }]
    case 'test:pass': return isSuite(event.data) ? [] : [resultLine(event.data, fullName(event.data, names))]
    case 'test:fail': return failureLines(event.data, fullName(event.data, names))
    case 'test:diagnostic': return OWN_TOTALS.test(event.data.message) ? [] : [{ type: 'note', text: event.data.message }]
    default: return []
  }
}

function failureLines(data: EventData.TestFail, name: string): ReportLine[] {
  const error = data.details.error as Error & { failureType?: string }
  if (error.failureType === 'subtestsFailed') {
    // The subtests have been counted; the suite or test around them has no failure of its own.
    return []
  }
  if (!isMarked(data)) return [{ type: 'failed', name, durationMs: data.details.duration_ms, error: describe(error) }]
  return [resultLine(data, name)]
}

function resultLine(data: EventData.TestPass | EventData.TestFail, name: string): ReportLine {
  if (isMarked(data)) return { type: 'skipped', name, reason: String(data.skip ?? data.todo) }
  return { type: 'passed', name, durationMs: data.details.duration_ms }
}

function isMarked(data: EventData.TestPass | EventData.TestFail): boolean {
  return (data.skip !== undefined && data.skip !== false) || (data.todo !== undefined && data.todo !== false)
}

function isSuite(data: EventData.TestPass): boolean {
  return data.details.type === 'suite'
}

function fullName(data: EventData.TestPass | EventData.TestFail, names: readonly string[]): string {
  return [...names.slice(0, data.nesting), data.name].join(' > ')
}

/** node:test wraps what a test threw; a timeout or a failed hook has no cause but a message of its own. */
function describe(error: Error): string {
  const cause: unknown = error.cause ?? error
  const text = typeof cause === 'string' ? cause : inspect(cause, { depth: 6, breakLength: 140, maxStringLength: 20_000, maxArrayLength: 200 })
  return text.split('\n').filter((line) => !/^\s+at .*\bnode:/.test(line)).join('\n')
}

// Node takes a reporter only as the default export.
export default report
