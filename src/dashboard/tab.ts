import type { Assessment, Level } from './assessment.ts'

const ICONS: Readonly<Record<Level, string>> = {
  normal: new URL('./icons/favicon-normal.svg', import.meta.url).href,
  warning: new URL('./icons/favicon-warning.svg', import.meta.url).href,
  critical: new URL('./icons/favicon-critical.svg', import.meta.url).href,
  // The one that index.html begins with: it is in the browser's cache when the service is gone.
  unknown: new URL('./icons/favicon-unknown.svg', import.meta.url).href,
}

/** Shows the state in the title and the icon of the browser's tab; the icon calls also for an alarm that waits. */
export function showInTab({ level, waiting, title }: Assessment): void {
  setTab(waiting === null ? level : 'critical', title)
}

/** Does nothing when it is there already. */
export function setTab(level: Level, title: string): void {
  const full = `${title} · Factory Monitoring`
  if (document.title !== full) document.title = full
  const icon = document.querySelector<HTMLLinkElement>('#favicon')
  if (icon !== null && icon.href !== ICONS[level]) icon.href = ICONS[level]
}
