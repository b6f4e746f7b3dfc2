import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { serverEnvironment } from '../process/environment.ts'
import type { Environment } from '../process/environment.ts'
import type { Java } from './java.ts'

const LOG_SETTINGS = new URL('./log4j2.properties', import.meta.url)

/**
 * What comes before the name of the main class. (m, 3 brokers on 2 cores, from start to ready: 7.9 s without the last two;
 * 4.7 s with the first compiler only, whose code is slower but ready at once; 2.8 s with the archive as well.)
 */
export function jvmArguments(java: Java, libs: string, archiveAtExit?: string): string[] {
  return [
    '-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError', '-XX:-UsePerfData', '-XX:+IgnoreUnrecognizedVMOptions',
    '-Djava.awt.headless=true', `-Dlog4j2.configurationFile=${LOG_SETTINGS.href}`,
    '-XX:TieredStopAtLevel=1', ...archiveArguments(java, libs, archiveAtExit),
    '-cp', classPath(libs),
  ]
}

function archiveArguments(java: Java, libs: string, archiveAtExit: string | undefined): string[] {
  if (archiveAtExit !== undefined) return [`-XX:ArchiveClassesAtExit=${archiveAtExit}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off']
  const archive = classArchive(java, libs)
  // Without a fitting archive Java starts slower and says so; it isn't worth a line.
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto', '-Xlog:cds=off', '-Xlog:class+path=off'] : []
}

/** Where the archive of Kafka's classes is for this build of Java and this place of the jars: it fits no other. */
export function classArchive(java: Java, libs: string): string {
  const fits = createHash('sha256').update([java.path, java.build, libs].join('\n')).digest('hex').slice(0, 12)
  return join(dirname(libs), `classes-${fits}.jsa`)
}

/** Sorted: the archive fits one order only. */
function classPath(libs: string): string {
  return readdirSync(libs).filter((file) => file.endsWith('.jar')).sort().map((file) => join(libs, file)).join(delimiter)
}

/** The whole environment of a Java process. */
export function javaEnvironment(): Environment {
  return serverEnvironment({
    // Java reads file names in the locale's encoding.
    LC_ALL: 'C.UTF-8',
    // glibc keeps up to 8 heaps per core otherwise.
    MALLOC_ARENA_MAX: '2',
  })
}
