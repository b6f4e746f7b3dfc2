const NAMED = 3
/** Standard deviations, smoothed. Below, a channel is as usual. */
const NOTABLE = 1

/** A channel with how far it is from its baseline, in standard deviations. */
export interface ChannelDeviation {
  readonly name: string
  readonly deviation: number
}

/** Which channels are unusual, the most unusual first. */
export function explainMachine(channels: readonly ChannelDeviation[]): string {
  const notable = channels.filter(({ deviation }) => Math.abs(deviation) >= NOTABLE)
    .toSorted((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation)).slice(0, NAMED)
  if (notable.length === 0) return 'many channels a little away from usual'
  return notable.map(({ name, deviation }) => (
    `${name} ${Math.abs(deviation).toFixed(1)} standard deviations ${deviation > 0 ? 'above' : 'below'} usual`)).join('; ')
}
