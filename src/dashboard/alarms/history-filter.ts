import { ALARM_PRIORITIES, ALARM_RULES } from '../../contract/alarm.ts'

/** Which alarms are listed; empty: all. */
export interface Filter {
  readonly open: '' | 'true' | 'false'
  readonly priority: string
  readonly rule: string
  readonly sensor: string
  readonly machine: string
  readonly sort: 'raised_at' | 'priority'
}

const NAME_LENGTH = 255

/** What the address asks for; what makes no sense is left out. */
export function filterOf(given: URLSearchParams): Filter {
  const open = given.get('open')
  return {
    open: open === 'true' || open === 'false' ? open : '',
    priority: oneOf(ALARM_PRIORITIES, given.get('priority')), rule: oneOf(ALARM_RULES, given.get('rule')),
    sensor: (given.get('sensor') ?? '').slice(0, NAME_LENGTH), machine: (given.get('machine') ?? '').slice(0, NAME_LENGTH),
    sort: given.get('sort') === 'priority' ? 'priority' : 'raised_at',
  }
}

/** For the address, and as the query of GET /api/alarms. */
export function filterParts(filter: Filter): Record<string, string> {
  return Object.fromEntries(Object.entries<string>({ ...filter }).map(([name, value]) => [name, value.trim()] as const).filter(([, value]) => value !== ''))
}

function oneOf(names: readonly string[], given: string | null): string {
  return names.find((name) => name === given) ?? ''
}
