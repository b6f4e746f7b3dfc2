import { counted } from '../format.ts'

const UNITS = [[86_400_000, 'day'], [3_600_000, 'hour'], [60_000, 'minute'], [1_000, 'second']] as const

/** A setting in its largest unit that is whole: `7 days`, `36 hours`, `1,500 ms`. */
export function formatDuration(ms: number): string {
  const unit = UNITS.find(([size]) => ms >= size && ms % size === 0)
  return unit === undefined ? counted(ms, 'ms', 'ms') : counted(ms / unit[0], unit[1])
}
