import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertNone, codeFiles, importsOf, packageOf, projectFiles, readText } from './project-files.ts'

type Versions = Readonly<Record<string, string>>
interface Manifest {
  readonly license: string
  readonly version: string
  readonly dependencies: Versions
  readonly devDependencies: Versions
  readonly optionalDependencies: Versions
}
interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
}
interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage & Partial<Manifest>>>
}

const manifest = JSON.parse(readText('package.json')) as Manifest
const lock = JSON.parse(readText('package-lock.json')) as Lock
const PUBLIC_REGISTRY = 'https://registry.npmjs.org/'
/** Run, or found by a tool, rather than imported. */
const RUN_BY_NAME = new Set(['typescript', 'oxlint', 'oxlint-tsgolint', '@types/node'])

describe('packages', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }

  test('are pinned to one version', () => {
    const problems = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)).map(([name, version]) => `${name}: ${version}`)
    assertNone(problems, 'The same commit must install the same code for ever:')
  })

  test('are the ones in the lock file', () => {
    const root = lock.packages[''] ?? {}
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
      assert.deepEqual(root[kind], manifest[kind], `${kind} of package.json and package-lock.json differ: run npm install`)
    }
    const problems = Object.entries(all).filter(([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version)
      .map(([name, version]) => `${name} ${version}, locked: ${lock.packages[`node_modules/${name}`]?.version ?? 'none (npm leaves out what it did not find)'}`)
    assertNone(problems, 'package-lock.json has another version:')
  })

  test('have all their optional parts in the lock file, for every platform', () => {
    // npm leaves out the ones it did not find, says nothing, and then `npm ci` fails on every machine.
    const problems = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) => Object.keys(optionalDependencies ?? {})
      .filter((name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages))
      .map((name) => `${name}, wanted by ${path === '' ? 'package.json' : path}`))
    assertNone(problems, 'Not in package-lock.json; take a version whose packages are all published:')
  })

  test('come from the public registry, with a checksum', () => {
    const problems = Object.entries(lock.packages).filter(([path]) => path !== '').flatMap(([path, { resolved, integrity }]) => [
      ...resolved === undefined || resolved.startsWith(PUBLIC_REGISTRY) ? [] : [`${path} comes from ${resolved}`],
      ...integrity?.startsWith('sha512-') === true ? [] : [`${path} has no sha512 checksum`],
    ])
    assertNone(problems, 'package-lock.json:')
  })

  test('that are imported are dependencies, and the other way round', () => {
    const imported = new Map<string, Set<string>>()
    for (const path of codeFiles('src', 'test', 'bench')) {
      for (const { specifier } of importsOf(path)) {
        const name = packageOf(specifier)
        if (name !== undefined) imported.set(name, (imported.get(name) ?? new Set()).add(path))
      }
    }
    const undeclared = [...imported].filter(([name]) => !(name in all)).map(([name, paths]) => `${name}, imported by ${[...paths][0]}`)
    assertNone(undeclared, 'Imported, but not in package.json:')
    const onlyForDevelopment = [...imported].filter(([name, paths]) => !(name in manifest.dependencies) && name in manifest.devDependencies
      && [...paths].some((path) => path.startsWith('src/') && !path.startsWith('src/dashboard/'))).map(([name]) => name)
    assertNone(onlyForDevelopment, 'Imported by a service, but only in devDependencies:')
    const texts = projectFiles().filter((path) => /^(src|test|bench|docker)\/.*(\.tsx?|\.json|Dockerfile.*)$|^Makefile$/.test(path)).map(readText)
    const unused = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter((name) => !imported.has(name.replace(/^@types\//, '')) && !RUN_BY_NAME.has(name) && !texts.some((text) => text.includes(`'${name}'`) || text.includes(`"${name}"`)))
    assertNone(unused, 'In package.json, but nothing uses them:')
  })

  test('the project is MIT licensed', () => {
    assert.equal(manifest.license, 'MIT')
    assert.match(readText('LICENSE'), /^MIT License\n\nCopyright \(c\) 20\d\d /)
  })
})
