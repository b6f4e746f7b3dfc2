import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTree, treeProblems } from '../../tidy/tree.ts'

const PAGE = `# Layout

\`\`\`sh
ls
\`\`\`

\`\`\`
README.md package.json
src/
  contract/    what crosses a wire
  producer/
    main.ts    runs it
docs/          config and runbook
\`\`\`
`
const FILES = ['.gitignore', 'README.md', 'docs/a.md', 'package.json', 'src/contract/alert.ts', 'src/producer/main.ts']

test('reads names, several on a line, and levels', () => {
  assert.deepEqual(readTree(PAGE)?.map(({ path }) => path),
    ['README.md', 'package.json', 'src/', 'src/contract/', 'src/producer/', 'src/producer/main.ts', 'docs/'])
  assert.equal(readTree('```\nls\n```\n'), undefined)
})

test('a tree that is on disk has no problems', () => assert.deepEqual(treeProblems(readTree(PAGE) ?? [], FILES), []))

test('finds what is not there, with its line', () => {
  assert.deepEqual(treeProblems(readTree(PAGE) ?? [], FILES.filter((file) => !file.startsWith('docs/'))), ["line 13 names docs/, which isn't there"])
  assert.deepEqual(treeProblems(readTree(PAGE) ?? [], FILES.filter((file) => file !== 'package.json')), ["line 8 names package.json, which isn't there"])
})

test('finds folders that are missing, and files where files are listed', () => {
  assert.deepEqual(treeProblems(readTree(PAGE) ?? [], [...FILES, 'src/alarm/life.ts']), ['src/alarm/ is missing'])
  assert.deepEqual(treeProblems(readTree(PAGE) ?? [], [...FILES, 'src/producer/config.ts']), ['src/producer/config.ts is missing'])
  assert.deepEqual(treeProblems(readTree(PAGE) ?? [], [...FILES, 'bench/main.ts']), ['bench/ is missing'])
})

test('files that nobody lists need not be listed', () => {
  assert.deepEqual(treeProblems(readTree(PAGE) ?? [], [...FILES, 'src/contract/topics.ts', 'Makefile', '.ci/run']), [])
})
