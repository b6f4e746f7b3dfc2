import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { KAFKA_VERSION } from '../src/local/kafka/libraries.ts'
import { PROJECT_ROOT } from '../src/local/project.ts'
import type { Queryable } from '../src/postgres/pool.ts'

export type Row = readonly (string | number)[]

/** What the figures depend on, one line. The load is what else the machine did when the bench began. */
export async function machineLine(db: Queryable, loadAtStart: number): Promise<string> {
  const { rows } = await db.query<{ version: string, fsync: string, commit: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`)
  const { version, fsync, commit } = rows[0] as { version: string, fsync: string, commit: string }
  const model = cpus()[0]?.model.trim() ?? ''
  return `${cpus().length} cores${['', 'unknown'].includes(model) ? '' : ` (${model})`}, ${Math.round(totalmem() / 2 ** 30)} GiB, `
    + `${process.platform} ${process.arch}, load average before ${loadAtStart.toFixed(1)}; Node ${process.versions.node}, Kafka ${KAFKA_VERSION} `
    + `(3 brokers), PostgreSQL ${version} (fsync ${fsync}, synchronous_commit ${commit}), all on this machine.`
}

export function loadNow(): number {
  return loadavg()[0] ?? 0
}

export function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** Writes `bench/results/<name>.md`, and prints the same. */
export function writeResults(name: string, title: string, parts: readonly string[]): void {
  // A folder of this machine says nothing on another.
  const args = process.argv.slice(2).map((arg) => (isAbsolute(arg) ? 'FOLDER' : arg)).join(' ')
  const text = [`# ${title}`, `${new Date().toISOString().slice(0, 16)}Z, by \`npm run bench -- ${args}\`.`, ...parts].join('\n\n') + '\n'
  const folder = join(PROJECT_ROOT, 'bench/results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.md`), text)
  console.log(text)
}

export function progress(line: string): void {
  console.error(line)
}

/** `123,456` */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2
}

/** The smallest of the values that so large a share of them does not exceed; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
