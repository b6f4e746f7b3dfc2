import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { ExitError } from '../../runtime/errors.ts'
import type { Environment } from '../process/environment.ts'

export interface Java {
  /** Of the java program itself, never a shim of a version manager: its pid is then Kafka's. */
  readonly path: string
  /** The feature version: 17, 21, … */
  readonly version: number
  /** The full version with vendor, in which two builds differ. */
  readonly build: string
}

/** What Kafka's brokers ask for. */
const OLDEST_JAVA = 17

/** JAVA_HOME's, else that of PATH. Throws an `ExitError` when there is none, or none of 17 or later. */
export async function findJava(env: Environment = process.env): Promise<Java> {
  let tooOld: Java | undefined
  for (const path of candidates(env)) {
    const java = await inspect(path)
    if (java !== undefined && java.version >= OLDEST_JAVA) return java
    tooOld ??= java
  }
  const problem = tooOld === undefined ? 'Java is not installed' : `Java ${tooOld.version} (${tooOld.path}) is too old`
  throw new ExitError(`${problem}: Kafka needs Java ${OLDEST_JAVA} or later. Install it (${howToInstall()}), `
    + 'or set JAVA_HOME to one, or set KAFKA_BROKERS to an existing cluster')
}

function candidates(env: Environment): string[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  const home = env['JAVA_HOME']
  return [...(home ? [join(home, 'bin')] : []), ...folders].map((folder) => join(folder, 'java'))
}

async function inspect(path: string): Promise<Java | undefined> {
  try {
    await access(path, constants.X_OK)
  } catch {
    return undefined
  }
  // macOS has a /usr/bin/java that only says where Java could be downloaded: it fails.
  const output = await new Promise<string>((resolve) => {
    execFile(path, ['-XshowSettings:properties', '-version'], { timeout: 20_000 },
      (error, stdout, stderr) => resolve(error ? '' : stdout + stderr))
  })
  return parseSettings(output)
}

/** Reads what `java -XshowSettings:properties -version` prints. */
export function parseSettings(output: string): Java | undefined {
  const property = (name: string): string | undefined => new RegExp(`^\\s*${name.replaceAll('.', '\\.')} = (.*\\S)`, 'm').exec(output)?.[1]
  const home = property('java.home')
  // "17" since Java 9, "1.8" before.
  const version = Number(property('java.specification.version')?.replace(/^1\./, ''))
  if (home === undefined || !Number.isInteger(version)) return undefined
  const build = `${property('java.vm.vendor') ?? ''} ${property('java.vm.version') ?? version}`
  return { path: join(home, 'bin', 'java'), version, build }
}

function howToInstall(): string {
  if (process.platform === 'darwin') return '`brew install openjdk@21`, then JAVA_HOME="$(brew --prefix openjdk@21)"'
  return 'Debian, Ubuntu: `apt-get install default-jre-headless`; Fedora: `dnf install java-21-openjdk-headless`'
}
