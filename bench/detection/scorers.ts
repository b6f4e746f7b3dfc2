import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ALERT_THRESHOLD } from '../../src/detect/learned/settings.ts'
import { ExitError } from '../../src/runtime/errors.ts'

export interface NabFigures {
  readonly standard: number
  readonly low_fp: number
  readonly low_fn: number
  readonly threshold: number
  readonly windows_found: number
  readonly windows: number
  readonly false_rows: number
  readonly false_rows_per_1000: number
  readonly categories: Readonly<Record<string, { readonly standard: number | null }>>
}

export interface SkabFigures {
  readonly f1: number
  /** False alarms and missed ones, %. */
  readonly far: number
  readonly mar: number
}

/** By the scorer of the Numenta Anomaly Benchmark: at the threshold that is best for these files, or at the one that is documented. */
export function scoreNab(folder: string, results: string, threshold: 'best' | 'default'): NabFigures {
  const fixed = threshold === 'best' ? [] : ['--threshold', String(ALERT_THRESHOLD)]
  return run(folder, 'score_nab.py', ['--data', join(folder, 'data/nab'), '--results', results, '--column', 'score', ...fixed]) as NabFigures
}

export function scoreSkab(folder: string, results: string): SkabFigures {
  return run(folder, 'score_skab.py', ['--data', join(folder, 'data/skab'), '--results', results]) as SkabFigures
}

function run(folder: string, scorer: string, args: readonly string[]): unknown {
  const { stdout, stderr, status, error } = spawnSync('python3', [join(folder, scorer), ...args], { encoding: 'utf8' })
  if (error !== undefined) throw new ExitError(`python3 can't be run: ${error.message}`)
  if (status !== 0) throw new ExitError(`${scorer} failed: ${stderr.trim()}`)
  return JSON.parse(stdout)
}

interface Leaderboard {
  readonly nab: { readonly board: Readonly<Record<string, { readonly half_a: Omit<NabFigures, 'categories' | 'threshold'> & { readonly known: number } }>> }
  readonly skab: { readonly board: Readonly<Record<string, { readonly valve1: SkabFigures | null }>> }
}

export function readLeaderboard(folder: string): Leaderboard {
  try {
    return JSON.parse(readFileSync(join(folder, 'leaderboard.json'), 'utf8')) as Leaderboard
  } catch (error) {
    throw new ExitError(`--data must be a folder with leaderboard.json, data/ and the scorers: ${(error as Error).message}`)
  }
}
