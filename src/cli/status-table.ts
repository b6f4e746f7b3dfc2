import type { ServiceState, ServiceStatus } from '../local/supervisor/protocol.ts'
import { coloured, print, table } from './terminal.ts'

const HEAD = ['service', 'state', 'pid', 'uptime', 'restarts', 'memory', 'port']
const RIGHT = new Set([2, 3, 4, 5, 6])

export function printStatus(services: readonly ServiceStatus[]): void {
  const [head = '', ...lines] = table([HEAD, ...services.map(cells)], RIGHT)
  print(coloured('dim', head))
  for (const [index, line] of lines.entries()) {
    const service = services[index] as ServiceStatus
    print(line.replace(service.state, coloured(colourOf(service.state), service.state)))
  }
  for (const { name, state, reason } of services) if (reason !== null && state !== 'running') print(`${name} ${state}: ${firstLine(reason)}`)
}

function cells({ name, state, pid, uptimeS, restarts, memoryMB, port }: ServiceStatus): string[] {
  const or = (value: string | number | null): string => (value === null ? '-' : String(value))
  return [name, state, or(pid), uptimeS === null ? '-' : duration(uptimeS), String(restarts), memoryMB === null ? '-' : `${memoryMB} MB`, or(port)]
}

/** `59 s`, `12 min`, `3 h 05 min`, `2 d 4 h` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

function colourOf(state: ServiceState): 'green' | 'red' | 'yellow' | 'dim' {
  switch (state) {
    case 'running': return 'green'
    case 'failed': case 'killed': return 'red'
    case 'stopped': return 'dim'
    default: return 'yellow'
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
