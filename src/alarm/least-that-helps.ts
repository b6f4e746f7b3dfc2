/** A smaller setting with this part of the best one's effect is the better one. */
const GOOD_ENOUGH = 0.8
/** What spares less isn't worth a setting. */
const LEAST_SPARED = 0.2

/** The first of what was tried, smallest first, that would have spared most of so many alarms; null: none would have spared a fifth. */
export function leastThatHelps<Tried extends { readonly alarmsAfter: number }>(alarmsBefore: number, tried: readonly Tried[]): Tried | null {
  const most = alarmsBefore - Math.min(...tried.map(({ alarmsAfter }) => alarmsAfter))
  if (most < alarmsBefore * LEAST_SPARED || most === 0) return null
  return tried.find(({ alarmsAfter }) => alarmsBefore - alarmsAfter >= most * GOOD_ENOUGH) ?? null
}
