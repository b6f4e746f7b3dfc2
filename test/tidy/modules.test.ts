import { basename, dirname } from 'node:path'
import { describe, test } from 'node:test'
import { assertNone, codeFiles, importsOf, projectFiles, readText } from './project-files.ts'

/**
 * A file of more lines does more than one thing, or can't be read in one go. Tests may be longer: they are lists.
 * The limits are above the longest good file at the time of writing (src 245, test 360).
 */
const MAX_LINES = { src: 350, bench: 350, test: 500 } as const
/** .editorconfig says 140; here a line is so long that nobody reads its end. Tables of test cases need more. */
const MAX_COLUMNS = { src: 160, bench: 160, test: 200 } as const
const MAX_MAIN_LINES = 20

const NAMELESS = /^(utils?|helpers?|common|misc|shared|index|lib|stuff|types|constants)\.tsx?$/

/** Files that a tool wants to have a default export. */
const DEFAULT_EXPORTS = new Set(['src/dashboard/vite.config.ts', 'test/runner/reporter.ts'])

describe('modules', () => {
  const code = codeFiles('src', 'test', 'bench')

  test('a file is named after what it does', () => {
    assertNone(code.filter((path) => NAMELESS.test(basename(path))),
      'Such a name fits anything, so anything ends up there; name the one thing that the file is about:')
  })

  test('no file only passes on what others export', () => {
    const barrels = code.filter((path) => {
      const statements = readText(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').split('\n').filter((line) => line.trim() !== '')
      return statements.length > 0 && statements.every((line) => /^(export\s.*\sfrom\s|import\s)/.test(line))
    })
    assertNone(barrels, 'Import from the file that defines it, so that a reader gets there in one step:')
  })

  test('exports have names', () => {
    const problems = code.filter((path) => !DEFAULT_EXPORTS.has(path) && /^export default\b|\bas default\b/m.test(readText(path)))
    assertNone(problems, 'A default export has another name in every file that imports it:')
  })

  test('relative imports name a file that exists', () => {
    const known = new Set(projectFiles())
    const isFolder = (target: string): boolean => projectFiles().some((file) => file.startsWith(target.replace(/\/?$/, '/')))
    const problems = code.flatMap((path) => importsOf(path)
      .filter(({ target }) => target !== undefined && !known.has(target) && !isFolder(target))
      // Built or installed, so not in Git.
      .filter(({ target }) => !/^(src\/dashboard\/dist|node_modules)(\/|$)/.test(target ?? ''))
      .map(({ specifier, line }) => `${path}:${line} names ${specifier}`))
    assertNone(problems, 'No such file:')
  })

  test('files and lines can be read in one go', () => {
    const problems = code.flatMap((path) => {
      const lines = readText(path).split('\n')
      const folder = path.split('/')[0] as keyof typeof MAX_LINES
      const limit = MAX_LINES[folder]
      const columns = MAX_COLUMNS[folder]
      return [
        ...lines.length - 1 > limit ? [`${path} has ${lines.length - 1} lines, at most ${limit}: split it by what it does`] : [],
        ...lines.flatMap((line, index) => (line.length > columns ? [`${path}:${index + 1} has ${line.length} columns, at most ${columns}`] : [])),
      ]
    })
    assertNone(problems, 'Too long:')
  })

  test('each process has config.ts, service.ts and a main.ts of few lines', () => {
    // Those of cli and backtest are commands: they end, and have options for a configuration.
    const mains = code.filter((path) => /^src\/[^/]+\/main\.ts$/.test(path) && !/^src\/(cli|backtest)\//.test(path))
    const problems = mains.flatMap((path) => {
      const lines = readText(path).trimEnd().split('\n').length
      return [
        ...lines > MAX_MAIN_LINES ? [`${path} has ${lines} lines, at most ${MAX_MAIN_LINES}: what it does belongs to service.ts, which tests start too`] : [],
        ...['config.ts', 'service.ts'].filter((name) => !code.includes(`${dirname(path)}/${name}`)).map((name) => `${dirname(path)}/${name} is missing`),
      ]
    })
    assertNone(problems, 'A process is configured in config.ts, started by service.ts, and run by main.ts:')
  })

  test('the environment is read by config tables, and by the entry of a process alone', () => {
    // The local runtime passes the machine's own variables (PATH, HOME, JAVA_HOME) on to the programs that it starts.
    const problems = codeFiles('src')
      .filter((path) => /\bprocess\.env\b/.test(readText(path)) && basename(path) !== 'main.ts' && !/^src\/(cli|local)\//.test(path))
    assertNone(problems, 'A variable that no config.ts names is neither checked nor in docs/config.md; pass the value in:')
  })
})
