import { describe, test } from 'node:test'
import { assertNone, codeFiles, importsOf, packageOf, readText } from './project-files.ts'

/** A folder of src may import itself and these; '*' is all of them. */
const MAY_IMPORT: Readonly<Record<string, readonly string[] | '*'>> = {
  contract: [],
  runtime: [],
  demo: ['contract', 'runtime'],
  calendar: ['contract', 'runtime'],
  sensor: ['calendar', 'contract'],
  detect: ['contract'],
  dashboard: ['contract'],
  alarm: ['detect', 'calendar', 'contract'],
  kafka: ['contract', 'runtime'],
  postgres: ['alarm', 'calendar', 'contract', 'runtime'],
  producer: ['calendar', 'sensor', 'kafka', 'postgres', 'contract', 'runtime'],
  fleet: ['calendar', 'sensor', 'kafka', 'postgres', 'contract', 'runtime'],
  consumer: ['calendar', 'detect', 'alarm', 'kafka', 'postgres', 'contract', 'runtime'],
  monitoring: ['calendar', 'detect', 'alarm', 'kafka', 'postgres', 'demo', 'contract', 'runtime'],
  notify: ['alarm', 'postgres', 'contract', 'runtime'],
  backtest: ['calendar', 'detect', 'contract', 'runtime'],
  docker: ['local', 'demo', 'contract', 'runtime'],
  local: '*',
  chaos: '*',
  cli: '*',
}

/** Packages that one folder hides from all others, so that they can be replaced there. */
const OWNER: Readonly<Record<string, string>> = {
  '@platformatic/kafka': 'kafka',
  pg: 'postgres',
  'pg-copy-streams': 'postgres',
  fastify: 'monitoring',
  'openid-client': 'monitoring',
  '@fastify/static': 'monitoring',
  '@fastify/swagger': 'monitoring',
  '@fastify/type-provider-typebox': 'monitoring',
  pino: 'runtime',
  preact: 'dashboard',
  uplot: 'dashboard',
  vite: 'dashboard',
  yaml: 'runtime',
}

/** A computation with no input but its arguments: the same on every machine, tested without anything running. */
const PURE = ['calendar', 'sensor', 'detect', 'alarm']
const IMPURE = /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.|process\.|random(Bytes|Int|UUID)\b|set(Timeout|Interval|Immediate)\()/

/** The parts of a process that others may start or configure; the rest is its own. */
const PROCESSES = ['producer', 'fleet', 'consumer', 'monitoring', 'notify']
const PROCESS_DOORS = ['service.ts', 'config.ts']

/** Installed or built files that are found by their path; nobody imports them. */
function isOutput(target: string): boolean {
  return target.startsWith('node_modules/') || target.startsWith('src/dashboard/dist')
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? ''
}

describe('imports', () => {
  test('every folder of src has its row in the table', () => {
    const unknown = new Set(codeFiles('src').filter((path) => path.split('/').length > 2).map(folderOf).filter((folder) => !(folder in MAY_IMPORT)))
    assertNone([...unknown].map((folder) => `src/${folder}`), 'Say in MAY_IMPORT of this file what the folder may import:')
    assertNone(codeFiles('src').filter((path) => path.split('/').length === 2), 'Code lives in a folder of src, not in src itself:')
  })

  test('a folder imports only what the table allows', () => {
    const problems = codeFiles('src').flatMap((path) => {
      const allowed = MAY_IMPORT[folderOf(path)] ?? []
      return importsOf(path).flatMap(({ target, specifier, line }) => {
        if (target === undefined || isOutput(target)) return []
        if (!target.startsWith('src/')) return [`${path}:${line} imports ${specifier}, which is outside src`]
        const to = folderOf(target)
        if (to === folderOf(path) || allowed === '*' || allowed.includes(to)) return []
        return [`${path}:${line} imports src/${to}; src/${folderOf(path)} may import ${allowed.length === 0 ? 'no other folder' : allowed.join(', ')}`]
      })
    })
    assertNone(problems, 'The table in ARCHITECTURE.md says who may import whom, so that each folder can be read and tested without the ones above it:')
  })

  test('a process is used by its service.ts and config.ts alone', () => {
    const problems = codeFiles('src').flatMap((path) => importsOf(path).flatMap(({ target, line }) => {
      if (target === undefined) return []
      const to = folderOf(target)
      if (!PROCESSES.includes(to) || to === folderOf(path)) return []
      return PROCESS_DOORS.includes(target.split('/').slice(2).join('/')) ? [] : [`${path}:${line} imports ${target}`]
    }))
    assertNone(problems, `Of ${PROCESSES.join(', ')} others import only ${PROCESS_DOORS.join(' and ')}:`)
  })

  test('a package is imported only by the folder that hides it', () => {
    const problems = codeFiles('src', 'bench').flatMap((path) => importsOf(path).flatMap(({ specifier, line }) => {
      const owner = OWNER[packageOf(specifier) ?? '']
      return owner === undefined || path.startsWith(`src/${owner}/`) ? [] : [`${path}:${line} imports ${specifier}, which belongs to src/${owner}`]
    }))
    assertNone(problems, 'Each of these packages has one folder, so that it can be replaced there:')
  })

  test('pure folders read no clock, no file, no network and no chance', () => {
    const problems = codeFiles(...PURE.map((folder) => `src/${folder}`)).flatMap((path) => [
      // node:crypto for hashes.
      ...importsOf(path).filter(({ target, specifier }) => target === undefined && specifier !== 'node:crypto')
        .map(({ specifier, line }) => `${path}:${line} imports ${specifier}`),
      ...readText(path).split('\n').flatMap((line, index) => (IMPURE.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
    ])
    assertNone(problems, `${PURE.join(', ')} are computations of their arguments alone:`)
  })
})
