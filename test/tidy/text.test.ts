import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ROOT, assertNone, isText, projectFiles, readText } from './project-files.ts'

/** Paths that exist on one machine only: somebody's home, a mount, a temporary folder with a name of its own. */
const MACHINE_PATHS = [
  /(?<![\w.~$}-])\/(?:root|work|workspace|mnt)\/[\w.-]+/,
  /(?<![\w.~$}-])\/(?:home|Users)\/[a-z][\w.-]*\//,
  /(?<![\w.~$}-])\/(?:var\/)?tmp\/[\w-]+/,
  /\b[A-Z]:\\Users\\/,
]

/** Where such a path is what the line is about. */
const ALLOWED: readonly (readonly [file: RegExp, why: string])[] = [
  [/^test\/tidy\/text\.test\.ts$/, 'this rule'],
  [/^src\/local\/kafka\/mvnw$/, 'written by Maven'],
  [/^test\/unit\/local\//, 'the local runtime decides by where it is'],
]

describe('text', () => {
  const files = projectFiles().filter(isText)

  test('names no path of somebody\'s machine', () => {
    const problems = files.filter((path) => !ALLOWED.some(([file]) => file.test(path))).flatMap((path) => readText(path).split('\n').flatMap((line, index) => {
      const found = MACHINE_PATHS.map((pattern) => pattern.exec(line)?.[0]).find((match) => match !== undefined)
      return found === undefined ? [] : [`${path}:${index + 1} names ${found}`]
    }))
    assertNone(problems, 'Such a path is right on one machine only; use os.tmpdir(), a relative path, or a variable:')
  })

  test('is UTF-8 with LF, ends with a line end, and has no stray blanks', () => {
    const problems = files.filter((path) => path !== 'src/local/kafka/mvnw').flatMap((path) => {
      const text = readText(path)
      if (text === '') return [`${path} is empty`]
      return [
        ...text.includes('\ufffd') && !Buffer.from(text).equals(readFileSync(join(ROOT, path))) ? [`${path} is not UTF-8`] : [],
        ...text.startsWith('\ufeff') ? [`${path} starts with a byte order mark`] : [],
        ...text.includes('\r') ? [`${path} has CR line ends`] : [],
        ...text.endsWith('\n') ? [] : [`${path} doesn't end with a line end`],
        ...text.endsWith('\n\n') ? [`${path} ends with an empty line`] : [],
        ...path.endsWith('.md') ? [] : text.split('\n').flatMap((line, index) => (/[ \t]+$/.test(line) ? [`${path}:${index + 1} ends with a blank`] : [])),
        ...path.endsWith('Makefile') || !text.includes('\t') ? [] : [`${path} has tabs`],
      ]
    })
    assertNone(problems, 'See .editorconfig:')
  })

  test('has no conflict markers and no notes to self', () => {
    const marks = /^(<{7}|>{7}) |\b(T(?:O)DO|FIX(?:ME)|X{3})\b/
    const problems = files.flatMap((path) => readText(path).split('\n')
      .flatMap((line, index) => (marks.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])))
    assertNone(problems, 'Finish it, or write an issue:')
  })

  test('with a first line "#!" is executable, and nothing else is', () => {
    const problems = files.flatMap((path) => {
      const executable = (statSync(join(ROOT, path)).mode & 0o111) !== 0
      const script = readText(path).startsWith('#!')
      return executable === script ? [] : [`${path} is ${executable ? 'executable, but no script' : 'a script, but not executable (chmod +x)'}`]
    })
    assertNone(problems, 'Modes:')
  })
})
