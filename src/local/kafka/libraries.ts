import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { ExitError } from '../../runtime/errors.ts'
import type { Environment } from '../process/environment.ts'

export const KAFKA_VERSION = '4.2.1'

const POM = fileURLToPath(new URL('./pom.xml', import.meta.url))
const WRAPPER = fileURLToPath(new URL('./mvnw', import.meta.url))
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url))
const DOWNLOAD_PREFIX = 'download-'
const DOWNLOAD_DEADLINE_MS = 300_000

/** Where the jars are once they have been downloaded; another pom.xml is another folder. */
export function librariesFolder(): string {
  const pom = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 8)
  return join(CACHE, `kafka-${KAFKA_VERSION}-${pom}`, 'libs')
}

/**
 * Returns the folder with Kafka's jars, downloaded first if they aren't there (43 MB): by `mvn`, else by the Maven wrapper beside this
 * file. Any number of processes may call it at once. `onProgress` is called with a line for a person when there is something to wait for.
 * Throws an `ExitError` when they can't be downloaded.
 */
export async function ensureKafkaLibraries(onProgress?: (line: string) => void, env: Environment = process.env): Promise<string> {
  const libs = librariesFolder()
  if (existsSync(libs)) return libs
  const parent = join(libs, '..')
  await mkdir(parent, { recursive: true })
  const maven = await findMaven(env)
  onProgress?.(`Kafka ${KAFKA_VERSION}: downloading its libraries by ${maven === undefined ? 'the Maven wrapper' : 'mvn'} (43 MB)`)
  await removeOldDownloads(parent)
  const download = await mkdtemp(join(parent, DOWNLOAD_PREFIX))
  try {
    const output = join(download, 'libs')
    // The wrapper by sh, so that it needs no executable bit.
    const command = maven === undefined ? ['/bin/sh', WRAPPER] as const : [maven] as const
    await runMaven(command, ['-f', POM, `-DoutputDirectory=${output}`], env)
    // Whole or not at all: an interrupted download leaves only a folder of another name.
    await rename(output, libs)
    return libs
  } catch (error) {
    // Another process was faster.
    if (existsSync(libs)) return libs
    throw error
  } finally {
    await rm(download, { recursive: true, force: true })
  }
}

/** Those of processes that were killed while they downloaded. */
async function removeOldDownloads(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(DOWNLOAD_PREFIX)) continue
    const path = join(parent, name)
    const started = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
    if (Date.now() - started > 2 * DOWNLOAD_DEADLINE_MS) await rm(path, { recursive: true, force: true })
  }
}

async function findMaven(env: Environment): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'mvn')
    if (isAbsolute(folder) && await access(path, constants.X_OK).then(() => true, () => false)) return path
  }
  return undefined
}

async function runMaven([command, ...first]: readonly [string, ...string[]], args: readonly string[], env: Environment): Promise<void> {
  const options = ['--batch-mode', '--quiet', '--no-transfer-progress', '-Dstyle.color=never']
  await new Promise<void>((resolve, reject) => {
    execFile(command, [...first, ...options, 'dependency:copy-dependencies', ...args],
      // Both keep their own files in the home folder; a service account may have none.
      { env: { HOME: CACHE, ...env }, timeout: DOWNLOAD_DEADLINE_MS, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve()
        else {
          const reason = reasonOf(stdout, stderr) ?? error.message
          const by = [command, ...first].join(' ')
          reject(new ExitError(
            `Kafka's libraries could not be downloaded by ${by}; check the network and Maven's proxy settings: ${reason}`))
        }
      })
  })
}

/** The first line in which Maven, or the wrapper, says what was wrong. */
export function reasonOf(stdout: string, stderr: string): string | undefined {
  const lines = stripVTControlCharacters(`${stdout}\n${stderr}`).split('\n').map((line) => line.trim()).filter((line) => line !== '')
  return (lines.find((line) => line.startsWith('[ERROR]')) ?? lines.at(-1))?.replace(/^\[ERROR\]\s*/, '')
}
