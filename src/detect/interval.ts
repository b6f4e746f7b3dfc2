/**
 * The usual time from one reading to the next, after one more: microseconds, 0 before the first. By steps of a twentieth up or down, so that it ends
 * at the median, whatever the pauses are. `sinceUs` is above 0.
 */
export function nextInterval(intervalUs: number, sinceUs: number): number {
  return intervalUs === 0 ? sinceUs : intervalUs * (sinceUs > intervalUs ? 1.05 : 1 / 1.05)
}
