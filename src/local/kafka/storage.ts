import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Java } from './java.ts'
import { javaEnvironment, jvmArguments } from './jvm.ts'
import { DATA_FOLDER, brokerSettings, formatSettings } from './settings.ts'

const META_FILE = 'meta.properties'
const BOOTSTRAP_FILE = 'bootstrap.checkpoint'

/** 16 random bytes as Kafka writes them. */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url')
    // Kafka's tools take a leading dash for an option.
    if (!id.startsWith('-')) return id
  }
}

/** The cluster that a node's folder belongs to, or undefined when it isn't formatted. */
export function formattedClusterId(dir: string): string | undefined {
  const file = join(dir, DATA_FOLDER, META_FILE)
  return existsSync(file) ? /^cluster\.id=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.trim() : undefined
}

/**
 * Formats a node's folder, if it isn't yet. What Kafka's tool writes for every node is the same but for four lines, so it runs
 * once per installed Kafka (0.8 s) and not once per node.
 */
export async function formatStorage(options: {
  readonly dir: string, readonly nodeId: number, readonly clusterId: string, readonly java: Java, readonly libs: string
}): Promise<void> {
  const formatted = formattedClusterId(options.dir)
  if (formatted === options.clusterId) return
  if (formatted !== undefined) throw new Error(`${options.dir} belongs to the cluster ${formatted}, not to ${options.clusterId}`)
  const data = join(options.dir, DATA_FOLDER)
  await mkdir(data, { recursive: true })
  await copyFile(await ensureBootstrapFile(options.java, options.libs), join(data, BOOTSTRAP_FILE))
  const meta = { 'version': 1, 'cluster.id': options.clusterId, 'node.id': options.nodeId, 'directory.id': newClusterId() }
  // Last, and whole: this file says that the folder is formatted.
  await writeFile(join(data, `${META_FILE}.new`), formatSettings(meta))
  await rename(join(data, `${META_FILE}.new`), join(data, META_FILE))
}

/** The first records of a new cluster's metadata, with the features of this version of Kafka; written by its own tool. */
async function ensureBootstrapFile(java: Java, libs: string): Promise<string> {
  const cache = dirname(libs)
  const file = join(cache, BOOTSTRAP_FILE)
  if (existsSync(file)) return file
  const dir = await mkdtemp(join(cache, 'format-'))
  try {
    const settings = join(dir, 'server.properties')
    await writeFile(settings, formatSettings(brokerSettings({ nodeId: 1, port: 1, controllerPort: 2, quorum: { 1: 2 } })))
    await promisify(execFile)(java.path,
      [...jvmArguments(java, libs), 'kafka.tools.StorageTool', 'format', '-t', newClusterId(), '-c', settings],
      { cwd: dir, env: javaEnvironment(), timeout: 60_000 })
    await rename(join(dir, DATA_FOLDER, BOOTSTRAP_FILE), file)
    return file
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
