/** A cell of an endless list is cut here at the latest, so that one long name doesn't push everything else out of sight. */
const MAX_WIDTH = 60

/** Pads the cells of one line after the other: a column is as wide as its widest cell so far. Those named are set flush right. */
export function createColumns(minWidths: readonly number[], right: ReadonlySet<number> = new Set()): (cells: readonly string[]) => string[] {
  const widths = [...minWidths]
  return (cells) => cells.map((cell, column) => {
    const text = cell.length > MAX_WIDTH ? `${cell.slice(0, MAX_WIDTH - 1)}…` : cell
    const width = Math.max(widths[column] ?? 0, text.length)
    widths[column] = width
    return right.has(column) ? text.padStart(width) : text.padEnd(width)
  })
}

/** Somebody's input on a line of ours: without line ends, and without what would move the cursor or change the colours. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
}

/** `42.48`, `1013.25`, `0.0004`: as many figures as a person reads. */
export function formatValue(value: number): string {
  const size = Math.abs(value)
  return size === 0 || (size >= 0.01 && size < 1e9) ? value.toFixed(2) : value.toPrecision(4)
}

/** `04:21:07.123`, UTC, as in the logs. */
export function timeOfDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 23)
}
