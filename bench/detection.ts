import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { RECORD_BYTES } from '../src/detect/learned/state.ts'
import { machineBytes } from '../src/detect/machine/machine.ts'
import { ALERT_THRESHOLD } from '../src/detect/learned/settings.ts'
import { detectorCost, machineCost } from './detection/cost.ts'
import { copyWithout, scoreFolder } from './detection/score-folder.ts'
import { readLeaderboard, scoreNab, scoreSkab } from './detection/scorers.ts'
import type { NabFigures } from './detection/scorers.ts'
import { loadNow, progress, table, writeResults } from './report.ts'
import type { Row } from './report.ts'

const MODES = ['full', 'lite'] as const
const SENSORS = [1_000, 10_000] as const
const KNOWN = 'realKnownCause'

/**
 * Scores the files of two public benchmarks as `npm run backtest` does, and measures the detector's CPU. `dataFolder`: data/nab, data/skab, their
 * scorers and leaderboard.json. Throws an `ExitError`.
 */
export function benchDetection(dataFolder: string): void {
  const load = loadNow()
  const { nab, skab } = readLeaderboard(dataFolder)
  const folder = mkdtempSync(join(tmpdir(), 'detection-'))
  const nabRows: (readonly [number, Row])[] = Object.entries(nab.board).map(([name, { half_a: figures }]) => (
    [figures.standard, nabRow(name, figures, figures.known)]))
  const ours: Row[] = []
  let skabRow: Row
  try {
    for (const mode of MODES) {
      progress(`NAB, ${mode}`)
      const results = join(folder, mode)
      scoreFolder(join(dataFolder, 'data/nab'), results, mode)
      const best = scoreNab(dataFolder, results, 'best')
      nabRows.push([best.standard, nabRow(`**ours, ${mode}**`, best, best.categories[KNOWN]?.standard ?? Number.NaN)])
      const fixed = scoreNab(dataFolder, results, 'default')
      ours.push([`${mode}, best (${best.threshold.toFixed(3)})`, ...nabRow('', best, best.categories[KNOWN]?.standard ?? Number.NaN).slice(1)],
        [`${mode}, default (${ALERT_THRESHOLD})`, ...nabRow('', fixed, fixed.categories[KNOWN]?.standard ?? Number.NaN).slice(1)])
    }
    progress('SKAB')
    copyWithout(['anomaly', 'changepoint'], join(dataFolder, 'data/skab'), join(folder, 'unlabelled'))
    scoreFolder(join(folder, 'unlabelled'), join(folder, 'skab'), 'lite')
    const figures = scoreSkab(dataFolder, join(folder, 'skab'))
    skabRow = ['**ours**', figures.f1.toFixed(3), figures.far.toFixed(1), figures.mar.toFixed(1)]
  } finally {
    rmSync(folder, { recursive: true })
  }
  const costs = MODES.map((mode): Row => {
    progress(`CPU, ${mode}`)
    return [mode, ...SENSORS.map((sensors) => detectorCost(sensors, mode).toFixed(2)), RECORD_BYTES[mode].toLocaleString('en-US')]
  })
  progress('CPU, machines')
  costs.push(['machine of 8 channels, a reading', machineCost(125).toFixed(2), machineCost(1_250).toFixed(2), machineBytes(8)])

  const skabRows = Object.entries(skab.board).flatMap(([name, { valve1 }]): Row[] => (
    valve1 === null ? [] : [[name, valve1.f1.toFixed(3), valve1.far.toFixed(1), valve1.mar.toFixed(1)]]))
  writeResults('detection', 'Detection', [
    `${cpus().length} cores, load average before ${load.toFixed(1)}; Node ${process.versions.node}.`,
    `## Numenta Anomaly Benchmark\n\nThe 31 files at hand, the files of each row scored by one threshold, the one that is best for it. Known: the category
${KNOWN} at that threshold. The first three on the board know the smallest and the largest value of a file beforehand; ours knows nothing.`,
    table(['detector', 'standard', 'low FP', 'low FN', 'windows', 'false rows', 'per 1,000', 'Known'],
      nabRows.toSorted(([a], [b]) => b - a).map(([, row]) => row)),
    'At the threshold that is best here, and at the one that is the default:',
    table(['ours', 'standard', 'low FP', 'low FN', 'windows', 'false rows', 'per 1,000', 'Known'], ours),
    '## Skoltech Anomaly Benchmark\n\nvalve1, 16 runs of a machine with 8 channels; FAR and MAR are false alarms and missed ones, %.',
    table(['detector', 'F1', 'FAR', 'MAR'], [...skabRows, skabRow].toSorted((a, b) => Number(b[1]) - Number(a[1]))),
    '## Cost\n\nCPU of one reading, µs, one core, so many sensors in turn: the median of 7 rounds of a million readings.',
    table(['', '1,000 sensors', '10,000 sensors', 'bytes a sensor'], costs),
    'What was tried, and what each part brings: docs/decisions/0011-evidence-beyond-remembered-peaks.md',
  ])
}

function nabRow(name: string, figures: Omit<NabFigures, 'categories' | 'threshold'>, known: number): Row {
  return [
    name, figures.standard.toFixed(2), figures.low_fp.toFixed(2), figures.low_fn.toFixed(2), `${figures.windows_found} of ${figures.windows}`,
    figures.false_rows, figures.false_rows_per_1000.toFixed(2), known.toFixed(1),
  ]
}
