import type { Command } from '../command.ts'
import { requireMonitoring, requireRunning } from '../running-system.ts'
import { showPage } from '../show-page.ts'

export const dashboard: Command = {
  name: 'dashboard',
  summary: 'Open the page in the browser, or print its address',
  usage: '',
  async run(_args, env) {
    const { status } = await requireRunning(env)
    requireMonitoring(status)
    showPage(status.monitoringUrl, env)
    return 0
  },
}
