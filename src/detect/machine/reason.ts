import { channelDeviation } from './machine.ts'
import type { Machine } from './machine.ts'

const NAMED = 3
/** Standard deviations, smoothed. Below, a channel is as usual. */
const NOTABLE = 1

/** Which channels are unusual, the most unusual first. */
export function explainMachine(machine: Machine, names: readonly string[]): string {
  const notable = names.map((name, channel) => ({ name, deviation: channelDeviation(machine, channel) }))
    .filter(({ deviation }) => Math.abs(deviation) >= NOTABLE)
    .sort((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation)).slice(0, NAMED)
  if (notable.length === 0) return 'many channels a little away from usual'
  return notable.map(({ name, deviation }) => (
    `${name} ${Math.abs(deviation).toFixed(1)} standard deviations ${deviation > 0 ? 'above' : 'below'} usual`)).join('; ')
}
