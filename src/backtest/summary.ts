import type { Mode } from '../detect/learned/state.ts'
import type { Episode } from './episodes.ts'

const SHOWN = 10

export interface Counts {
  readonly rows: number
  readonly missing: number
  /** As they stand in the file; empty without a row. */
  readonly first: string
  readonly last: string
  /** The first row of which something could have been said; empty if there was none. */
  readonly warmFrom: string
}

/** What an operator wants to know of his history: how much was judged, and the strongest episodes, in the order in which they came. */
export function summarise(file: string, columns: readonly string[], mode: Mode, counts: Counts, episodes: readonly Episode[]): string[] {
  const { rows, missing, first, last, warmFrom } = counts
  const columnsText = columns.length === 1 ? '1 column' : `${columns.length} columns`
  const time = rows === 0 ? '' : `, ${first} to ${last}`
  const gaps = missing === 0 ? '' : `, ${whole(missing)} values missing`
  const head = `${file}: ${whole(rows)} rows, ${columnsText}${time}${gaps}`
  if (rows === 0) return [head, 'nothing to judge']
  if (warmFrom === '') return [head, 'all of it was needed to warm up: nothing was judged']
  const judged = `judged from ${warmFrom} on, by the ${mode} detector`
  if (episodes.length === 0) return [head, judged, 'no episodes']
  const shown = [...episodes].sort((a, b) => b.score - a.score).slice(0, SHOWN).sort((a, b) => a.fromUs - b.fromUs)
  const count = `${whole(episodes.length)} episode${episodes.length === 1 ? '' : 's'}`
  const lines = shown.map(({ of, from, to, score, why }) => {
    const span = to === from ? from : `${from} to ${to}`
    return `  ${span}  ${score.toFixed(2)}  ${columns.length > 1 ? `${of}: ` : ''}${why}`
  })
  return [head, judged, episodes.length > SHOWN ? `${count}; the ${SHOWN} strongest:` : `${count}:`, ...lines]
}

function whole(value: number): string {
  return value.toLocaleString('en-US')
}
