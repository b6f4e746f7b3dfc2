import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, test } from 'node:test'
import { anchorsOf, linksOf } from './markdown.ts'
import { ROOT, assertNone, projectFiles, readText } from './project-files.ts'
import { readTree, treeProblems } from './tree.ts'

const REQUIRED = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE', 'docs/config.md']

describe('docs', () => {
  const pages = projectFiles().filter((path) => path.endsWith('.md'))

  test('exist', () => assertNone(REQUIRED.filter((path) => !projectFiles().includes(path)), 'A newcomer looks for these files:'))

  test('link to files and headings that exist', () => {
    const problems = pages.flatMap((page) => linksOf(readText(page)).flatMap(({ target, line }) => {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return []
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : posix.join(path.startsWith('/') ? '.' : posix.dirname(page), decodeURIComponent(path)).replace(/\/$/, '')
      if (!existsSync(join(ROOT, file))) return [`${page}:${line} links to ${target}, which doesn't exist`]
      if (anchor === undefined || !file.endsWith('.md') || anchorsOf(readText(file)).has(anchor)) return []
      return [`${page}:${line} links to ${target}, but ${file} has no such heading`]
    }))
    assertNone(problems, 'Broken links:')
  })

  test('name only Make targets that exist', () => {
    if (!projectFiles().includes('Makefile')) return
    const rules = readText('Makefile').matchAll(/^([a-z][\w.-]*(?:\s+[a-z][\w.-]*)*)\s*:(?!=)/gm)
    const targets = new Set([...rules].flatMap((match) => (match[1] ?? '').split(/\s+/)))
    assertNone(unknownNames(pages, /(?:^|`)make ([a-z][\w-]*)/g, targets), 'The Makefile has no such target:')
  })

  test('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> }
    assertNone(unknownNames(pages, /npm run ([a-z][\w:-]*)/g, new Set(Object.keys(scripts))), 'package.json has no such script:')
  })

  test('show the tree that is on disk', () => {
    if (!projectFiles().includes('ARCHITECTURE.md')) return
    const tree = readTree(readText('ARCHITECTURE.md'))
    assertNone(tree === undefined ? ['there is no fenced block with a line "src/"'] : treeProblems(tree, projectFiles()), 'The tree in ARCHITECTURE.md:')
  })
})

/** Places in the pages where a command names something that isn't known. */
function unknownNames(pages: readonly string[], command: RegExp, known: ReadonlySet<string>): string[] {
  return pages.flatMap((page) => readText(page).split('\n').flatMap((line, index) => [...line.matchAll(command)]
    .filter((match) => !known.has(match[1] ?? '')).map((match) => `${page}:${index + 1} says "${match[0].replace('`', '')}"`)))
}
