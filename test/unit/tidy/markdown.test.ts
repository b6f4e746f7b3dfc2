import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anchorsOf, linksOf } from '../../tidy/markdown.ts'
import { importsOf, packageOf } from '../../tidy/project-files.ts'

test('finds links, images, references and HTML, but none in code', () => {
  const page = [
    '[a](one.md) and ![b](two.png "title")', '[c]: three.md#x', '<img src="four.png">', '`[d](five.md)`', '```', '[e](six.md)', '```', '[f](<seven.md>)',
  ]
  assert.deepEqual(linksOf(page.join('\n')).map(({ target, line }) => `${line} ${target}`),
    ['1 one.md', '1 two.png', '2 three.md#x', '3 four.png', '8 seven.md'])
})

test('makes the anchors that GitHub makes', () => {
  const page = [
    '# The path (1): a `make all`', '## Same', '## Same', '### [Link](x.md) text', '```', '# not one', '```', '<a name="own"></a>', '## Größe & Maß',
  ]
  assert.deepEqual([...anchorsOf(page.join('\n'))], ['the-path-1-a-make-all', 'same', 'same-1', 'link-text', 'own', 'größe--maß'])
})

test('finds every way to import a file', () => {
  const code = [
    // Not written out, or the test of all imports would look for them.
    `import { a } from './a.ts'`, `import type { B } from "./b.ts"`, `import './c.css'`, `export { d } from './d.ts'`, ['const e = await imp', `ort('./e.ts')`].join(''),
    ['const f = new UR', `L('./f.sql', import.meta.url)`].join(''), 'import {', '  g,', `} from './g.ts'`, `import pg from 'pg'`, `const text = 'import x'`,
  ]
  assert.deepEqual(importsOf('src/x/y.ts', code.join('\n')).map(({ target, specifier }) => target ?? specifier),
    ['src/x/a.ts', 'src/x/b.ts', 'src/x/c.css', 'src/x/d.ts', 'src/x/e.ts', 'src/x/f.sql', 'src/x/g.ts', 'pg'])
})

test('knows the package of an import', () => {
  const names = ['pg', '@fastify/static/types', 'typebox/value', './a.ts', 'node:fs'].map(packageOf)
  assert.deepEqual(names, ['pg', '@fastify/static', 'typebox', undefined, undefined])
})
