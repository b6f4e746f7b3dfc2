import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createScoresFile } from '../../src/backtest/write-scores.ts'
import { openHistory } from '../../src/backtest/history.ts'
import { scoreHistory } from '../../src/backtest/score-history.ts'
import type { Mode } from '../../src/detect/learned/state.ts'

/** The CSV files below a folder, by their paths in it. */
export function csvFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.csv')).toSorted()
}

/** Scores each file below `from` as `npm run backtest` does, into files of the same paths below `to`. */
export function scoreFolder(from: string, to: string, mode: Mode): void {
  for (const path of csvFiles(from)) {
    const history = openHistory(join(from, path))
    mkdirSync(dirname(join(to, path)), { recursive: true })
    const scores = createScoresFile(join(to, path), history.columns)
    for (const scored of scoreHistory(history, mode)) scores.write(scored)
    scores.close()
  }
}

/** Copies the files without the columns that hold their labels: who scores them must not see those. */
export function copyWithout(labels: readonly string[], from: string, to: string): void {
  for (const path of csvFiles(from)) {
    const lines = readFileSync(join(from, path), 'utf8').trimEnd().split('\n').map((line) => line.trimEnd().split(';'))
    const kept = lines[0]?.map((name) => !labels.includes(name)) ?? []
    mkdirSync(dirname(join(to, path)), { recursive: true })
    writeFileSync(join(to, path), lines.map((cells) => `${cells.filter((_, index) => kept[index]).join(';')}\n`).join(''))
  }
}
