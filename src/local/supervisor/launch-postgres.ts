import type { LocalConfig } from '../config.ts'
import { startPostgres } from '../postgres/server.ts'
import type { Reaper } from '../process/reaper.ts'
import { logFile } from '../state-files.ts'
import { explainServerEnding } from './ending-reason.ts'
import type { Launched } from './runner.ts'

export async function launchPostgres({ home, postgresPort }: LocalConfig, reaper: Reaper): Promise<Launched> {
  const file = logFile(home, 'postgres')
  const server = await startPostgres({ dir: home, port: postgresPort, logFile: file, reaper })
  return {
    pid: server.process.pid,
    exited: server.process.exited,
    ready: server.ready,
    stop: () => server.stop(),
    kill: (signal) => server.process.kill(signal),
    explain: (exit) => explainServerEnding(exit, file),
  }
}
