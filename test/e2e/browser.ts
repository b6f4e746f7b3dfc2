import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { tryLock } from '../../src/local/file-lock.ts'
import { PROJECT_ROOT } from '../../src/local/project.ts'
import { ExitError, messageOf } from '../../src/runtime/errors.ts'

/** The page is only ever opened from this machine, so Chromium's own traffic is left out: on a closed network it fails at every start. */
const CHROMIUM_ARGS = [
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
]
const LAUNCH_TIMEOUT_MS = 60_000
const INSTALL_TIMEOUT_MS = 600_000
const LOCK_POLL_MS = 500
const LOCK_FILE = join(PROJECT_ROOT, 'node_modules/.chromium-install')

/**
 * A headless Chromium for the tests: CHROMIUM_PATH if set, else one that is installed, else one from Playwright's cache, else one
 * that is installed now, by Playwright or, as root, by the system's package manager.
 * Throws an `ExitError` that says what to do when there is none and none can be installed.
 */
export async function launchBrowser(): Promise<Browser> {
  const chosen = process.env['CHROMIUM_PATH']
  if (chosen !== undefined && chosen !== '') {
    if (!existsSync(chosen)) throw new ExitError(`CHROMIUM_PATH is "${chosen}"; it must be the path of a Chromium or Chrome program`)
    return launch(chosen)
  }
  const failures: string[] = []
  const found = await launchFirst([...installedPaths(), ...playwrightPaths()], failures)
  if (found !== null) return found
  const installed = await installOnce(failures)
  if (installed !== null) return installed
  throw new ExitError(['no Chromium could be started; install one (Debian: apt-get install chromium) or set CHROMIUM_PATH',
    ...failures.map((failure) => `  ${failure}`)].join('\n'))
}

/** Two files run at once, and the package manager refuses the second one: it waits, and then finds what the first has installed. */
async function installOnce(failures: string[]): Promise<Browser | null> {
  let lock = tryLock(LOCK_FILE)
  const waited = lock === null
  for (const endMs = performance.now() + INSTALL_TIMEOUT_MS; lock === null && performance.now() < endMs; lock = tryLock(LOCK_FILE)) await sleep(LOCK_POLL_MS)
  try {
    const found = waited ? await launchFirst([...installedPaths(), ...playwrightPaths()], failures) : null
    if (found !== null) return found
    for (const install of [installByPlaywright, installByPackageManager]) {
      const problem = install()
      if (problem !== null) failures.push(problem)
      const installed = await launchFirst(install === installByPlaywright ? playwrightPaths() : installedPaths(), failures)
      if (installed !== null) return installed
    }
    return null
  } finally {
    lock?.release()
  }
}

/** A program that is there may still not run (Ubuntu's chromium-browser only says that it wants snap), so the next one is tried. */
async function launchFirst(paths: readonly string[], failures: string[]): Promise<Browser | null> {
  for (const path of paths) {
    try {
      return await launch(path)
    } catch (error) {
      failures.push(`${path}: ${messageOf(error).split('\n')[0]}`)
    }
  }
  return null
}

function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath, args: CHROMIUM_ARGS, timeout: LAUNCH_TIMEOUT_MS,
    // Chromium refuses its sandbox to root, and most containers refuse it to everyone: without it only our own pages are opened.
    chromiumSandbox: false,
  })
}

function installedPaths(): string[] {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge']
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/lib/chromium', '/opt/google/chrome', '/snap/bin']
  const applications = ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) =>
    ['/Applications', join(homedir(), 'Applications')].map((folder) => join(folder, `${name}.app/Contents/MacOS/${name}`)))
  const paths = [...names.flatMap((name) => folders.filter((folder) => folder !== '').map((folder) => join(folder, name))), ...applications]
  return [...new Set(paths.filter((path) => existsSync(path)).map((path) => realpathSync(path)))]
}

/** The version that this Playwright wants first, then whatever other versions left in its cache, newest first. */
function playwrightPaths(): string[] {
  const cache = process.env['PLAYWRIGHT_BROWSERS_PATH'] ?? (process.platform === 'darwin'
    ? join(homedir(), 'Library/Caches/ms-playwright') : join(homedir(), '.cache/ms-playwright'))
  const programs = [
    'chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-linux/headless_shell', 'chrome-headless-shell-linux64/chrome-headless-shell',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium', 'chrome-mac/headless_shell',
    ...['arm64', 'x64'].flatMap((cpu) => [
      `chrome-mac-${cpu}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing`,
      `chrome-headless-shell-mac-${cpu}/chrome-headless-shell`,
    ]),
  ]
  const versions = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('chromium')).sort().reverse() : []
  const paths = [chromium.executablePath(), ...versions.flatMap((version) => programs.map((program) => join(cache, version, program)))]
  return [...new Set(paths)].filter((path) => path !== '' && existsSync(path))
}

function installByPlaywright(): string | null {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js')
  progress('no Chromium found: downloading Playwright\'s')
  return runInstall(process.execPath, [cli, 'install', 'chromium'], 'Playwright could not install its Chromium')
}

function installByPackageManager(): string | null {
  const root = process.getuid?.() === 0
  if (process.platform === 'darwin') {
    if (!isOnPath('brew')) return 'no Homebrew to install Chromium with'
    progress('no Chromium found: installing it by brew')
    return runInstall('brew', ['install', '--cask', 'chromium'], 'brew could not install Chromium')
  }
  if (!root) return 'not root, so the system\'s package manager was not asked'
  const managers: readonly (readonly [string, string])[] = [
    ['apt-get', 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium'],
    ['dnf', 'dnf install -y chromium'],
    ['apk', 'apk add --no-cache chromium'],
  ]
  const manager = managers.find(([name]) => isOnPath(name))
  if (manager === undefined) return 'none of apt-get, dnf and apk is here to install Chromium with'
  progress(`no Chromium found: installing it by ${manager[0]} (about a minute)`)
  return runInstall('/bin/sh', ['-c', manager[1]], `${manager[0]} could not install Chromium`)
}

/** Returns what went wrong, or null. */
function runInstall(command: string, args: string[], failure: string): string | null {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 })
  if (result.status === 0) return null
  const said = result.stderr.trim().split('\n').at(-1) ?? ''
  return `${failure}: ${result.error === undefined ? said : messageOf(result.error)}`
}

function isOnPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, command)))
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}
