import { spawn } from 'node:child_process'
import type { Environment } from '../runtime/config.ts'
import { print } from './terminal.ts'

/** Prints the address, and opens it in the browser when a person is there to see it. */
export function showPage(url: string, env: Environment): void {
  print(url)
  if (process.stdout.isTTY) openBrowser(url, env)
}

/** Where there is no screen, the printed address has to do. */
function openBrowser(url: string, env: Environment): void {
  const program = process.platform === 'darwin' ? 'open' : env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined ? 'xdg-open' : null
  if (program === null) return
  spawn(program, [url], { detached: true, stdio: 'ignore' }).on('error', () => undefined).unref()
}
