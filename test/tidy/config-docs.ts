import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Variable } from '../../src/runtime/config.ts'
import { ROOT, codeFiles } from './project-files.ts'

/** A variable, and the folders of src whose config.ts reads it. */
export interface DocumentedVariable {
  readonly name: string
  readonly variable: Variable<unknown>
  readonly readBy: readonly string[]
}

const HEADER = `# Configuration

Written by \`npm run docs\` from the table in each process's \`config.ts\`; change it there.

Every process is configured by environment variables alone. A variable that is empty counts as not set. A wrong value stops the process
at once, with exit code 1 and one line that names the variable, its value and what is allowed. A secret may also be given as a file:
\`NAME_FILE\` holds the file's path, and goes before \`NAME\`.
`

/** All variables of all \`config.ts\` of src, sorted by name. Throws when two processes understand one name differently. */
export async function documentedVariables(): Promise<DocumentedVariable[]> {
  const found = new Map<string, { variable: Variable<unknown>, readBy: string[] }>()
  // The tables of calendar, kafka and postgres are parts of those of the processes.
  for (const path of codeFiles('src').filter((file) => file.endsWith('/config.ts') && !/^src\/(runtime|calendar|kafka|postgres)\//.test(file))) {
    const process = path.split('/')[1] ?? ''
    const tables = Object.values(await import(pathToFileURL(join(ROOT, path)).href) as Record<string, unknown>).filter(isTable)
    if (tables.length === 0) throw new Error(`${path} exports no table of its variables`)
    for (const table of tables) {
      for (const [name, variable] of Object.entries(table)) {
        const known = found.get(name)
        if (known === undefined) found.set(name, { variable, readBy: [process] })
        else if (!agree(known.variable, variable)) throw new Error(`${known.readBy.join(', ')} and ${process} understand ${name} differently`)
        else if (!known.readBy.includes(process)) known.readBy.push(process)
      }
    }
  }
  return [...found].map(([name, { variable, readBy }]) => ({ name, variable, readBy })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The text of docs/config.md: what several processes read comes first, then a table for each process. */
export async function configDocs(): Promise<string> {
  const all = await documentedVariables()
  const shared = all.filter(({ readBy }) => readBy.length > 1)
  const processes = [...new Set(all.flatMap(({ readBy }) => readBy))].sort()
  const sections = [
    `## Read by several processes\n\n${table(shared, true)}`,
    ...processes.map((process) => [process, all.filter(({ readBy }) => readBy.length === 1 && readBy[0] === process)] as const)
      .filter(([, variables]) => variables.length > 0)
      .map(([process, variables]) => `## ${process}\n\n${table(variables, false)}`),
  ]
  return [HEADER, ...sections].join('\n')
}

function table(variables: readonly DocumentedVariable[], readers: boolean): string {
  const head = ['Variable', 'Default', 'Allowed', 'Meaning', ...readers ? ['Read by'] : []]
  const rows = variables.map(({ name, variable, readBy }) => [
    `\`${name}\`${variable.secret === true ? ' (secret)' : ''}`, defaultOf(variable), variable.allowed, variable.help, ...readers ? [readBy.join(', ')] : [],
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}

function defaultOf(variable: Variable<unknown>): string {
  if (variable.defaultText !== undefined) return variable.defaultText
  if (!('defaultValue' in variable)) return 'must be set'
  const { defaultValue } = variable
  if (defaultValue === null || defaultValue === undefined) return 'none'
  return `\`${asText(defaultValue)}\``
}

/** As it would be set in the environment. */
export function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(',')
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new TypeError('give it a defaultText')
}

function agree(one: Variable<unknown>, other: Variable<unknown>): boolean {
  return one.allowed === other.allowed && one.secret === other.secret && defaultOf(one) === defaultOf(other)
}

function isTable(value: unknown): value is Record<string, Variable<unknown>> {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
    && Object.values(value).every((entry) => typeof entry === 'object' && entry !== null && 'help' in entry && 'allowed' in entry && 'parse' in entry)
}
