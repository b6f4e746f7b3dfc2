import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { chown, mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPool } from '../../postgres/pool.ts'
import { classifyPostgres } from '../../postgres/errors.ts'
import { ExitError } from '../../runtime/errors.ts'
import { serverEnvironment } from '../process/environment.ts'
import { endLeftovers } from '../process/leftovers.ts'
import { lastLines } from '../process/log-tail.ts'
import type { Reaper } from '../process/reaper.ts'
import { spawnOwned, stopProcess } from '../process/spawn.ts'
import type { OwnedProcess } from '../process/spawn.ts'
import { SHARED_BASE, makeBase, postgresPlace } from './account.ts'
import type { PostgresPlace } from './account.ts'
import { ensurePostgresBinaries } from './binaries.ts'
import { ACCESS_RULES, serverSettings } from './settings.ts'

/** The role and the database that are made with the data. */
export interface DatabaseLogin {
  readonly user: string
  readonly password: string
  readonly database: string
}

export const DEFAULT_LOGIN: DatabaseLogin = { user: 'factory_user', password: 'factory_pass', database: 'factory_monitoring' }

export interface PostgresOptions {
  /** FACTORY_HOME; where the data really is: `postgresPlace`. Nobody else may use it at the same time. */
  readonly dir: string
  readonly port: number
  readonly logFile: string
  readonly reaper: Reaper
  /** As it was when the data was made. */
  readonly login?: DatabaseLogin
}

export interface PostgresServer {
  /** DATABASE_URL of the role, which owns the database, may make others, and is not a superuser. */
  readonly url: string
  readonly process: OwnedProcess
  /** When a query has been answered. Rejects when the server ended before, with the last lines of its log. */
  readonly ready: Promise<void>
  /** Fast shutdown (SIGINT), then SIGQUIT, then SIGKILL. Safe to call twice. */
  stop(): Promise<void>
  /** Stops it, and deletes its data: `removePostgres`. */
  remove(): Promise<void>
}

/** Going through 2 GB of WAL after a crash takes a while. */
const READY_DEADLINE_MS = 120_000
const STOP_STEPS = [
  { signal: 'SIGINT', waitMs: 8_000 }, { signal: 'SIGQUIT', waitMs: 3_000 }, { signal: 'SIGKILL', waitMs: 2_000 },
] as const
/** Backends end by themselves when their parent was killed, unless they are busy. */
const LEFTOVER_GRACE_MS = 200

/** Makes the data folder with the role and the database, if it isn't there. */
export async function initPostgres(options: Pick<PostgresOptions, 'dir' | 'login'>): Promise<void> {
  const place = postgresPlace(options.dir)
  if (existsSync(dataFolder(place))) return
  await makeBase(place)
  // For the person who finds it in /var/lib.
  await writeFile(join(place.base, 'factory-home'), `${resolve(options.dir)}\n`)
  const { initdb, postgres } = await ensurePostgresBinaries(place)
  const part = await mkdtemp(join(place.base, 'init-'))
  try {
    const data = join(part, 'data')
    await mkdir(data)
    await giveTo(place, part, data)
    await run(place, initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions'])
    await writeSettings(place, data)
    await run(place, postgres, ['--single', '-D', data, 'postgres'], makeLogin(options.login ?? DEFAULT_LOGIN))
    // Whole or not at all.
    await rename(data, dataFolder(place))
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

/** `initPostgres`, then ends what an earlier run left on this data, then starts the server. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  await initPostgres(options)
  const place = postgresPlace(options.dir)
  const data = dataFolder(place)
  const { postgres } = await ensurePostgresBinaries(place)
  await endPostgresLeftovers(options.dir)
  // Its pid may be another program's by now, and PostgreSQL would take that for a running server.
  await rm(join(data, 'postmaster.pid'), { force: true })
  await writeSettings(place, data)
  const logStart = existsSync(options.logFile) ? statSync(options.logFile).size : 0
  const server = await spawnOwned(postgres, ['-D', data, '-p', String(options.port)],
    { cwd: place.base, env: serverEnvironment(LOCALE), logFile: options.logFile, reaper: options.reaper, ...place.account })
  const url = databaseUrl(options.login ?? DEFAULT_LOGIN, options.port)
  const ready = waitUntilReady(server, url, clusterName(data), options.logFile, logStart)
  // Whoever stops it before it was ready need not wait for this.
  ready.catch(() => undefined)
  const stop = async (): Promise<void> => {
    const { signal } = await stopProcess(server, STOP_STEPS)
    if (signal !== null) await endPostgresLeftovers(options.dir)
  }
  return {
    url, process: server, ready, stop,
    async remove() {
      await stop()
      await removePostgres(options.dir)
    },
  }
}

/**
 * Ends the processes of an earlier run on this data: the server itself, and those that it started, which stay for a while when it is
 * killed, and block a new one.
 */
export async function endPostgresLeftovers(dir: string): Promise<void> {
  const data = dataFolder(postgresPlace(dir))
  const child = `postgres: ${clusterName(data)}: `
  await endLeftovers((command) => command.startsWith(child) || command.includes(`postgres -D ${data} -p `), LEFTOVER_GRACE_MS)
}

/** Deletes the data and the copied programs, also those outside `dir`. The server must be stopped. */
export async function removePostgres(dir: string): Promise<void> {
  const { base } = postgresPlace(dir)
  await rm(base, { recursive: true, force: true })
  // When this was the last one there.
  if (dirname(base) === SHARED_BASE) await rmdir(SHARED_BASE).catch(() => undefined)
}

function databaseUrl(login: DatabaseLogin, port: number): string {
  const [user, password, database] = [login.user, login.password, login.database].map(encodeURIComponent)
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`
}

function dataFolder(place: PostgresPlace): string {
  return join(place.base, 'data')
}

function clusterName(data: string): string {
  return `factory-${createHash('sha256').update(data).digest('hex').slice(0, 12)}`
}

/** The locale of its messages; the database has its own. */
const LOCALE = { LC_ALL: 'C', TZ: 'UTC' }

async function writeSettings(place: PostgresPlace, data: string): Promise<void> {
  const files = { 'postgresql.conf': serverSettings(clusterName(dataFolder(place))), 'pg_hba.conf': ACCESS_RULES }
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(data, name), text, { mode: 0o600 })
    await giveTo(place, join(data, name))
  }
}

async function giveTo(place: PostgresPlace, ...paths: readonly string[]): Promise<void> {
  if (place.account === undefined) return
  for (const path of paths) await chown(path, place.account.uid, place.account.gid)
}

/** For single-user mode: one statement a line. */
function makeLogin({ user, password, database }: DatabaseLogin): string {
  return `create role ${quoteName(user)} login createdb password ${quoteText(password)};\n`
    + `create database ${quoteName(database)} owner ${quoteName(user)};\n`
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function quoteText(text: string): string {
  return `'${text.replaceAll(`'`, `''`)}'`
}

/** Runs one of the programs to its end. An error of a statement in single-user mode is only a line of its output. */
async function run(place: PostgresPlace, program: string, args: readonly string[], input = ''): Promise<void> {
  const child = spawn(program, args, { cwd: place.base, env: serverEnvironment(LOCALE), ...place.account })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  // It ended before it had read everything; its exit code says more.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const lines = Buffer.concat(output).toString().split('\n').filter((line) => line.trim() !== '')
  const failure = lines.find((line) => /\b(ERROR|FATAL|PANIC|error):/.test(line))
  if (code !== 0 || failure !== undefined) {
    throw new ExitError(`PostgreSQL's data can't be made in ${place.base}: ${failure ?? lines.at(-1) ?? `code ${code}`}`)
  }
}

async function waitUntilReady(server: OwnedProcess, url: string, name: string, logFile: string, logStart: number): Promise<void> {
  const pool = createPool(url, { applicationName: 'ready', max: 1 })
  const deadline = Date.now() + READY_DEADLINE_MS
  try {
    for (;;) {
      if (server.exit !== null) {
        const { code, signal } = server.exit
        const log = lastLines(logFile, 8, logStart)
        throw new Error(`PostgreSQL ended (${signal ?? `code ${code}`}) before it was ready; its log ends with:\n${log}`)
      }
      if (Date.now() > deadline) throw new Error(`PostgreSQL was not ready within ${READY_DEADLINE_MS} ms; see ${logFile}`)
      try {
        const { rows } = await pool.query<{ name: string }>(`select current_setting('cluster_name') as name`)
        // Somebody else may have the port; this server will find that out at once.
        if (rows[0]?.name === name) return
      } catch (error) {
        // Retry: it doesn't listen yet, or it is still recovering.
        if (classifyPostgres(error) !== 'retry' && await Promise.race([server.exited, sleep(500)]) === undefined) throw error
      }
      await Promise.race([sleep(30), server.exited])
    }
  } finally {
    await pool.end()
  }
}
