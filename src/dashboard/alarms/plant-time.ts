/** `Sun 27 Dec, 02:00`, as the plant's clocks show it. */
export function formatPlantTime(text: string, timeZone: string): string {
  const parts = new Map(new Intl.DateTimeFormat('en-GB', {
    timeZone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).formatToParts(Date.parse(text)).map(({ type, value }) => [type, value]))
  return `${parts.get('weekday')} ${parts.get('day')} ${parts.get('month')}, ${parts.get('hour')}:${parts.get('minute')}`
}

/** `Fri 25 Dec` of a local day like 2026-12-25. */
export function formatDay(day: string): string {
  return formatPlantTime(`${day}T00:00:00Z`, 'UTC').split(',')[0] ?? day
}
