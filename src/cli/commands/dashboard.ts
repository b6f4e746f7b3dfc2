import { spawn } from 'node:child_process'
import { ExitError } from '../../runtime/errors.ts'
import type { Command } from '../command.ts'
import { requireRunning } from '../running-system.ts'
import { print } from '../terminal.ts'

export const dashboard: Command = {
  name: 'dashboard',
  summary: 'Open the page in the browser, or print its address',
  usage: '',
  async run(_args, env) {
    const { status } = await requireRunning(env)
    const monitoring = status.services.find(({ kind }) => kind === 'monitoring')
    if (monitoring?.state !== 'running') throw new ExitError('the monitoring service doesn\'t run; start it by `make start-monitoring`')
    print(status.monitoringUrl)
    if (process.stdout.isTTY) openBrowser(status.monitoringUrl, env)
    return 0
  },
}

/** Where there is no screen, the printed address has to do. */
function openBrowser(url: string, env: Readonly<Record<string, string | undefined>>): void {
  const program = process.platform === 'darwin' ? 'open' : env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined ? 'xdg-open' : null
  if (program === null) return
  spawn(program, [url], { detached: true, stdio: 'ignore' }).on('error', () => undefined).unref()
}
