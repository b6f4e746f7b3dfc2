/** The parts of the page of alarms, in the order of their links. */
export const TABS = [
  ['open', 'Open'], ['history', 'History'], ['scorecard', 'Scorecard'], ['settings', 'Limits and delays'], ['calendar', 'Calendar'],
] as const
export type Tab = typeof TABS[number][0]

/** Which part is shown, and what it begins with; all of it is in the address. */
export interface Place {
  readonly tab: Tab
  readonly given: URLSearchParams
}

/** Reads `#tab=settings&sensor=temp-sensor-001`; a tab that there isn't is the first. */
export function parsePlace(hash: string): Place {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const tab = TABS.find(([name]) => name === given.get('tab'))?.[0] ?? TABS[0][0]
  given.delete('tab')
  return { tab, given }
}

/** As the address has it; what is undefined is left out. */
export function formatPlace(tab: Tab, given: Readonly<Record<string, string | undefined>> = {}): string {
  const parts = new URLSearchParams({ tab })
  for (const [name, value] of Object.entries(given)) if (value !== undefined) parts.set(name, value)
  return `#${parts.toString()}`
}
