import { createHash } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ExitError, messageOf } from '../runtime/errors.ts'

/** What is where below FACTORY_HOME; the data of PostgreSQL has a rule of its own, see `postgresPlace`. */
export interface HomeFiles {
  /** Says that the folder is ours, so that `clean` may delete what it knows in it. */
  readonly marker: string
  readonly logs: string
  readonly run: string
  /** Held by whoever starts a supervisor. */
  readonly startLock: string
  /** Held by the supervisor as long as it lives. */
  readonly supervisorLock: string
  readonly state: string
}

export function homeFiles(home: string): HomeFiles {
  const run = join(home, 'run')
  return {
    marker: join(home, '.factory-home'), logs: join(home, 'logs'), run,
    startLock: join(run, 'start.lock'), supervisorLock: join(run, 'supervisor.lock'), state: join(run, 'supervisor.json'),
  }
}

export function logFile(home: string, service: string): string {
  return join(homeFiles(home).logs, `${service}.log`)
}

export function brokerFolder(home: string, nodeId: number): string {
  return join(home, `kafka${nodeId}`)
}

/** Left by the supervisor for the commands that look for it. */
export interface SupervisorState {
  readonly pid: number
  readonly socket: string
}

/** Undefined: there is none, so no supervisor runs or it has ended cleanly. */
export function readSupervisorState(home: string): SupervisorState | undefined {
  try {
    return JSON.parse(readFileSync(homeFiles(home).state, 'utf8')) as SupervisorState
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw new ExitError(`${home} belongs to another account; run this as that one`)
    throw error
  }
}

export function writeSupervisorState(home: string, state: SupervisorState): void {
  const { state: file } = homeFiles(home)
  writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

const MARKER_TEXT = 'Data, logs and state of the Factory Monitoring System. `make clean` deletes them.\n'

/** Why this folder must not be FACTORY_HOME, or undefined. */
function homeProblem(home: string): string | undefined {
  if (!existsSync(home) || existsSync(homeFiles(home).marker)) return undefined
  try {
    return readdirSync(home).length === 0 ? undefined : `FACTORY_HOME (${home}) is a folder with other files in it; choose an empty or a new one`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR' || code === 'ENOENT') return `FACTORY_HOME (${home}) is not a folder; choose another one`
    if (code === 'EACCES') return `FACTORY_HOME (${home}) can't be read by this account; choose another one`
    throw error
  }
}

/**
 * Makes FACTORY_HOME. Logs, state and the brokers' data are ours alone; as root, PostgreSQL's account has to get through the folder itself.
 * Throws an `ExitError` when it can't be made, or holds somebody else's files.
 */
export function makeHome(home: string): void {
  const problem = homeProblem(home)
  if (problem !== undefined) throw new ExitError(problem)
  try {
    makeHomeFolders(home)
  } catch (error) {
    throw new ExitError(`FACTORY_HOME (${home}) can't be made or written; set it to another folder (${messageOf(error)})`)
  }
}

function makeHomeFolders(home: string): void {
  makeFolder(home, process.getuid?.() === 0 ? 0o755 : 0o700)
  const files = homeFiles(home)
  for (const folder of [files.logs, files.run, brokerFolder(home, 1), brokerFolder(home, 2), brokerFolder(home, 3)]) makeFolder(folder, 0o700)
  writeFileSync(files.marker, MARKER_TEXT)
}

/** With those above it; what is there stays as it is. Not by Node's `recursive`, which never ends where the system answers ENOENT, as in /proc. */
function makeFolder(path: string, mode: number): void {
  if (existsSync(path)) return
  if (path !== dirname(path)) makeFolder(dirname(path), mode)
  try {
    mkdirSync(path)
  } catch (error) {
    // Another command was faster.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  // Whatever the umask is.
  chmodSync(path, mode)
}

/** A socket's path is limited to 103 bytes on macOS, 107 on Linux. */
const MAX_SOCKET_PATH_BYTES = 100

/** Where the supervisor listens: in FACTORY_HOME, else in a folder with a short path. */
export function socketPath(home: string): string {
  const own = join(homeFiles(home).run, 'control.sock')
  if (Buffer.byteLength(own) <= MAX_SOCKET_PATH_BYTES) return own
  const folder = `factory-${process.getuid?.() ?? 0}-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`
  const short = join(tmpdir(), folder, 'control.sock')
  return Buffer.byteLength(short) <= MAX_SOCKET_PATH_BYTES ? short : join('/tmp', folder, 'control.sock')
}

/** Where it listens for the page of a demonstration. */
export function demoSocketPath(home: string): string {
  return join(dirname(socketPath(home)), 'demo.sock')
}

/**
 * Makes the folder of the socket so that nobody else can enter it: who can connect, controls the system. Throws an `ExitError` when the
 * folder is there and somebody else's.
 */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid()) || (stat.mode & 0o077) !== 0) {
    throw new ExitError(`${folder} has to be a folder that only this account can enter; delete it or correct its rights`)
  }
}

/** Deletes what is ours below FACTORY_HOME, and the folder itself when nothing else is in it. PostgreSQL's data is deleted apart. */
export function removeHome(home: string): void {
  const files = homeFiles(home)
  const socketFolder = dirname(socketPath(home))
  if (socketFolder !== files.run) rmSync(socketFolder, { recursive: true, force: true })
  const brokers = [1, 2, 3].map((nodeId) => brokerFolder(home, nodeId))
  for (const path of [...brokers, files.logs, files.run, files.marker]) rmSync(path, { recursive: true, force: true })
  if (existsSync(home) && readdirSync(home).length === 0) rmSync(home, { recursive: true })
}
