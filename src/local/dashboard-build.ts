import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExitError } from '../runtime/errors.ts'
import { tryLock } from './file-lock.ts'
import { PROJECT_ROOT } from './project.ts'

const SOURCES = ['src/dashboard', 'src/contract', 'package-lock.json']
const OUTPUT = join(PROJECT_ROOT, 'src/dashboard/dist')
const CACHE = join(PROJECT_ROOT, 'node_modules/.cache')
/** What the build in `dist` was made of. */
const STAMP = join(CACHE, 'dashboard-sources')
const BUILD_DEADLINE_MS = 120_000

/** True when the page in `dist` was made of the sources as they are now. */
export function dashboardIsBuilt(): boolean {
  return existsSync(join(OUTPUT, 'index.html')) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourcesHash()
}

/** Builds the page, if it isn't built. Copies that share the project's folder do it one after the other. Throws an `ExitError` with Vite's reason. */
export async function ensureDashboard(): Promise<void> {
  mkdirSync(CACHE, { recursive: true })
  let lock = tryLock(`${STAMP}.lock`)
  for (; lock === null; lock = tryLock(`${STAMP}.lock`)) await sleep(100)
  try {
    if (dashboardIsBuilt()) return
    const hash = sourcesHash()
    await runVite()
    writeFileSync(STAMP, hash)
  } finally {
    lock.release()
  }
}

async function runVite(): Promise<void> {
  const vite = join(PROJECT_ROOT, 'node_modules/vite/bin/vite.js')
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, [vite, 'build', 'src/dashboard', '--logLevel', 'warn'], { cwd: PROJECT_ROOT, timeout: BUILD_DEADLINE_MS },
      (error, stdout, stderr) => {
        if (error === null) resolve()
        else reject(new ExitError(`the page could not be built: ${`${stdout}${stderr}`.trim() || error.message}`))
      })
  })
}

function sourcesHash(): string {
  const hash = createHash('sha256')
  for (const path of SOURCES.flatMap(filesOf).sort()) hash.update(`${path}\0`).update(readFileSync(join(PROJECT_ROOT, path))).update('\0')
  return hash.digest('hex')
}

/** The path itself, or the files below it. */
function filesOf(path: string): string[] {
  if (path === 'src/dashboard/dist') return []
  if (!path.startsWith('src/') || /\.\w+$/.test(path)) return [path]
  return readdirSync(join(PROJECT_ROOT, path)).flatMap((name) => filesOf(`${path}/${name}`))
}
