import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

let files: readonly string[] | undefined

/** Paths of all files of the project, sorted: those in Git and those that are new, without what .gitignore names. */
export function projectFiles(): readonly string[] {
  files ??= execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    // What was deleted but not yet committed is still listed, and so is a link to a folder.
    .split('\0').filter((path) => path !== '' && lstatSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile() === true).sort()
  return files
}

const texts = new Map<string, string>()

export function readText(path: string): string {
  const known = texts.get(path)
  if (known !== undefined) return known
  const text = readFileSync(join(ROOT, path), 'utf8')
  texts.set(path, text)
  return text
}

/** TypeScript below a folder. */
export function codeFiles(...folders: readonly string[]): string[] {
  return projectFiles().filter((path) => /\.tsx?$/.test(path) && folders.some((folder) => path.startsWith(`${folder}/`)))
}

/** True for what holds text that a person wrote. */
export function isText(path: string): boolean {
  return !/\.(png|jpe?g|gif|ico|woff2?|jar|zip|gz)$/.test(path) && path !== 'package-lock.json'
}

export interface Import {
  /** As it is written: `./reading.ts`, `node:fs`, `pg`. */
  readonly specifier: string
  /** The path of the file in the project, for a relative one. */
  readonly target: string | undefined
  readonly line: number
}

const IMPORT = new RegExp([
  /(?:^|[\s;}])(?:import|export)(?:\s[^'"`;]*?\sfrom)?\s*['"]([^'"\n]+)['"]/,
  /\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/,
  /new URL\(\s*['"](\.[^'"\n]+)['"]\s*,\s*import\.meta\.url/,
].map((pattern) => pattern.source).join('|'), 'g')

/** What a file imports, also by `import()`, and the files that it names by `new URL('…', import.meta.url)`. */
export function importsOf(path: string, text = readText(path)): Import[] {
  return [...text.matchAll(IMPORT)].filter((match) => !match[0].includes('${')).map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined
    return {
      specifier,
      // The root itself is no file.
      target: target === './' ? undefined : target,
      // The pattern begins with the line end before it.
      line: text.slice(0, match.index + 1).split('\n').length,
    }
  })
}

/** The package of an import: `@fastify/static` of `@fastify/static/types`; undefined for a relative one and for Node's own. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Fails with one line per problem, after a sentence that says what the rule is for. */
export function assertNone(problems: readonly string[], rule: string): void {
  if (problems.length > 0) throw new Error(`${rule}\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
}
