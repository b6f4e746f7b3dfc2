const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
const threeFigures = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, useGrouping: false })

/** `0 B`, `12.3 kB`, `4.19 MB`; a kB has 1,000 bytes. */
export function formatBytes(sizeBytes: number): string {
  const power = Math.min(UNITS.length - 1, sizeBytes < 1 ? 0 : Math.floor(Math.log10(sizeBytes) / 3))
  const amount = threeFigures.format(sizeBytes / 1000 ** power)
  // 999,999 bytes are 1000 kB by three figures.
  return amount === '1000' && power < UNITS.length - 1 ? `1\u00a0${UNITS[power + 1]}` : `${amount}\u00a0${UNITS[power]}`
}
