import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'

/** Whether the program is there; `flag` makes it tell its version. */
export function hasTool(name: string, flag: string): boolean {
  return spawnSync(name, [flag], { stdio: 'ignore' }).status === 0
}

/** Runs psql or kcat to its end. Rejects with the name of its log, which is in the folder, when it fails. */
export async function runTool(name: string, args: readonly string[], folder: string, databaseUrl?: string): Promise<void> {
  const log = join(folder, `${name}.log`)
  const child = spawn(name, args, {
    // Its own group would not get the Ctrl-C of a terminal; this one may.
    stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'], ...databaseUrl === undefined ? {} : libpqEnvironment(databaseUrl) },
  })
  child.stderr.pipe(createWriteStream(log, { flags: 'a' }))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${name} ended with ${code}; see ${log}`)
}

/** The password isn't for the list of processes. */
function libpqEnvironment(databaseUrl: string): Record<string, string> {
  const { username, password, hostname, port, pathname } = new URL(databaseUrl)
  return {
    PGUSER: decodeURIComponent(username), PGPASSWORD: decodeURIComponent(password), PGHOST: hostname, PGPORT: port, PGDATABASE: pathname.slice(1),
  }
}
