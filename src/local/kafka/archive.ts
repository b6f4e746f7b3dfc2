import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../process/ports.ts'
import { startReaper } from '../process/reaper.ts'
import { startBroker } from './broker.ts'
import type { Java } from './java.ts'
import { classArchive } from './jvm.ts'
import { newClusterId } from './storage.ts'

const DUMP_DEADLINE_MS = 30_000

/**
 * Makes the archive of Kafka's classes, with which brokers start in half of the time: starts one, stops it, and lets Java write what it had
 * loaded (5 s, 45 MB). Some builds of Java can't; then everything works without it. False when there is none. (Java 17 finds
 * only some of the classes again when the path of the jars has a space or an umlaut in it: 4.5 s instead of 2.9 s.)
 */
export async function ensureClassArchive(java: Java, libs: string): Promise<boolean> {
  const archive = classArchive(java, libs)
  if (existsSync(archive)) return true
  const refused = `${archive}.refused`
  if (existsSync(refused)) return false
  const dir = await mkdtemp(join(dirname(libs), 'archive-'))
  const reaper = startReaper()
  try {
    const [port, controllerPort] = await freePorts(2) as [number, number]
    const dump = join(dir, 'classes.jsa')
    const broker = await startBroker({
      nodeId: 1, dir: join(dir, 'kafka1'), logFile: join(dir, 'kafka1.log'), port, controllerPort, quorum: { 1: controllerPort },
      clusterId: newClusterId(), reaper, java, libs, archiveAtExit: dump,
    })
    await broker.ready
    broker.process.kill('SIGTERM')
    const exit = await Promise.race([broker.process.exited, sleep(DUMP_DEADLINE_MS, undefined, { ref: false })])
    if (exit === undefined || !existsSync(dump)) {
      await writeFile(refused, '')
      return false
    }
    await rename(dump, archive)
    return true
  } finally {
    await reaper.close()
    await rm(dir, { recursive: true, force: true })
  }
}
