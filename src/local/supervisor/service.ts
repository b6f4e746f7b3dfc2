import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDemoServer } from '../../demo/demo-server.ts'
import { ExitError } from '../../runtime/errors.ts'
import type { Service } from '../../runtime/lifecycle.ts'
import type { Log } from '../../runtime/log.ts'
import type { LocalConfig } from '../config.ts'
import { tryLock } from '../file-lock.ts'
import type { FileLock } from '../file-lock.ts'
import { startReaper } from '../process/reaper.ts'
import { demoSocketPath, homeFiles, makeHome, socketPath, writeSupervisorState } from '../state-files.ts'
import { startControlServer } from './control-server.ts'
import type { Handler } from './control-server.ts'
import { demoRunner } from './demo-runner.ts'
import { startLogRotation } from './log-rotation.ts'
import { createSystem } from './system.ts'

/** Time for the last answer to leave. */
const GOODBYE_MS = 50

/**
 * Owns the services of a local run, as an init does. It starts none by itself: commands ask it to, over its socket. When it ends, however
 * it ends, they end too. Throws an `ExitError` when another one owns this FACTORY_HOME.
 */
export async function startSupervisor(config: LocalConfig, log: Log): Promise<Service> {
  makeHome(config.home)
  const files = homeFiles(config.home)
  const lock = await holdLock(files.supervisorLock)
  // Not before, so that whoever finds it free knows that this process is gone.
  process.once('exit', () => lock.release())
  const reaper = startReaper()
  const rotation = startLogRotation(files.logs)
  const system = createSystem(config, reaper, log)

  const handle: Handler = async (request, report) => {
    switch (request.command) {
      case 'status': break
      case 'start':
        await system.start(request.services, request, report)
        break
      case 'stop':
        await system.stop(request.services, report)
        break
      case 'kill':
        await system.kill(request.services)
        break
      case 'scale':
        await system.scale(request.consumerCount, request.env, report)
        break
      case 'shutdown':
        await system.stopAll(report)
        setTimeout(() => process.kill(process.pid, 'SIGTERM'), GOODBYE_MS)
        break
      default: throw new ExitError('the system that runs is of another version and doesn\'t know this command; stop it first')
    }
    return system.status()
  }

  const socket = socketPath(config.home)
  const control = await startControlServer(socket, handle, log)
  // Apart, because at the other one everything can be asked for. In the same folder, which is private by now.
  const demo = config.demo ? await startDemoServer(demoSocketPath(config.home), demoRunner(system), log) : null
  writeSupervisorState(config.home, { pid: process.pid, socket })
  log.info({ pid: process.pid, home: config.home }, 'ready')

  async function close(): Promise<void> {
    await system.stopAll((progress) => { log.info({ ...progress }, 'stopping') })
    control.close()
    demo?.close()
    rotation.stop()
    await reaper.close()
    rmSync(files.state, { force: true })
  }
  let closing: Promise<void> | null = null
  return { close: () => closing ??= close(), failed: new Promise(() => undefined) }
}

/** A command that only looks whether a supervisor lives holds the lock for a moment. */
async function holdLock(file: string): Promise<FileLock> {
  for (let tries = 0; tries < 10; tries++) {
    const lock = tryLock(file)
    if (lock !== null) return lock
    await sleep(30)
  }
  throw new ExitError('this FACTORY_HOME has a supervisor already')
}
