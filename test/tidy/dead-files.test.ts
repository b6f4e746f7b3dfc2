import { basename, dirname } from 'node:path'
import { test } from 'node:test'
import { assertNone, codeFiles, importsOf, isText, projectFiles, readText } from './project-files.ts'

/** Files that are run or read by their name, not imported. */
function isEntry(path: string): boolean {
  return /^(src|bench|test)\/([^/]+\/)*main\.tsx?$/.test(path) || path.endsWith('.test.ts') || path === 'src/dashboard/vite.config.ts'
    || namedOutside().some((text) => text.includes(path))
}

/** What names files by their path: scripts, Make targets, images. */
function namedOutside(): string[] {
  return projectFiles()
    .filter((path) => /^(package\.json|Makefile|.*\.mk|docker-compose.*\.ya?ml|docker\/.*|\.ci\/run|src\/.*\.html)$/.test(path))
    .map(readText)
}

/** All files that one of these imports, and so on. */
function reachableFrom(entries: readonly string[]): Set<string> {
  const known = new Set(projectFiles())
  const found = new Set<string>()
  const open = [...entries]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue
    found.add(path)
    if (/\.tsx?$/.test(path)) for (const { target } of importsOf(path)) if (target !== undefined && known.has(target)) open.push(target)
  }
  return found
}

test('every file of src is used by a process, a command, a bench or a test of more than itself', () => {
  // A unit test alone doesn't keep code alive.
  const entries = projectFiles().filter((path) => isEntry(path) && !path.startsWith('test/unit/'))
  const alive = reachableFrom(entries)
  assertNone(codeFiles('src').filter((path) => !alive.has(path)), 'Nothing uses these; delete them, or import them where they belong:')
})

test('every file of test and bench is used', () => {
  const alive = reachableFrom(projectFiles().filter(isEntry))
  assertNone(codeFiles('test', 'bench').filter((path) => !alive.has(path)), 'Nothing runs or imports these (a test file is named *.test.ts):')
})

test('every other file of src is named by its neighbours', () => {
  const others = projectFiles().filter((path) => path.startsWith('src/') && !/\.tsx?$/.test(path))
    // Read as a folder, and compared by test/integration/schema.test.ts.
    .filter((path) => !/^src\/postgres\/(migrations\/\d{4}\.sql|schema\.sql)$/.test(path))
    // Served by their path, or found by a tool under its fixed name.
    .filter((path) => !/^src\/dashboard\/(index\.html|public\/.*|tsconfig\.json)$/.test(path))
  const problems = others.filter((path) => {
    const top = path.split('/').slice(0, 2).join('/')
    const readers = projectFiles().filter((reader) => reader !== path && reader.startsWith(`${top}/`) && isText(reader))
    // Maven's wrapper finds its settings by the name of their folder.
    return !readers.some((reader) => readText(reader).includes(basename(path)) || (path.includes('/.') && readText(reader).includes(basename(dirname(path)))))
  })
  assertNone(problems, 'Nothing names these files:')
})
