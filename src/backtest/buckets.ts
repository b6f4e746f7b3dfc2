import type { ScoredRow } from './score-history.ts'

/** More than a chart has pixels across. */
const MOST_BUCKETS = 2_400

/** Of one column in some rows after each other. NaN where there is nothing. */
export interface ColumnBucket {
  low: number
  high: number
  bandLow: number
  bandHigh: number
  /** The highest. */
  score: number
}

export interface Bucket {
  rows: number
  fromUs: number
  toUs: number
  readonly columns: readonly ColumnBucket[]
  /** The machine's highest score. */
  score: number
}

/** Gathers rows in at most 2,400 buckets of equally many rows each, however many rows come. */
export function gatherBuckets(): { take: (scored: ScoredRow) => void, buckets: () => readonly Bucket[] } {
  let buckets: Bucket[] = []
  let rowsInEach = 1
  return {
    take: (scored) => {
      const last = buckets.at(-1)
      if (last !== undefined && last.rows < rowsInEach) return merge(last, bucketOf(scored))
      if (buckets.length === MOST_BUCKETS) {
        buckets = halve(buckets)
        rowsInEach *= 2
      }
      buckets.push(bucketOf(scored))
    },
    buckets: () => buckets,
  }
}

function bucketOf({ row, columns, score }: ScoredRow): Bucket {
  return {
    rows: 1, fromUs: row.timeUs, toUs: row.timeUs, score,
    columns: columns.map(({ result, score }, index) => {
      const value = row.values[index] as number
      const isMissing = Number.isNaN(value)
      return {
        low: value, high: value, score,
        bandLow: isMissing ? Number.NaN : result.bandLow, bandHigh: isMissing ? Number.NaN : result.bandHigh,
      }
    }),
  }
}

function halve(buckets: readonly Bucket[]): Bucket[] {
  return buckets.flatMap((bucket, index) => {
    if (index % 2 === 1) return []
    merge(bucket, buckets[index + 1] as Bucket)
    return [bucket]
  })
}

/** The widest of both. Times may go back. */
function merge(into: Bucket, other: Bucket): void {
  into.rows += other.rows
  into.fromUs = Math.min(into.fromUs, other.fromUs)
  into.toUs = Math.max(into.toUs, other.toUs)
  into.score = Math.max(into.score, other.score)
  for (const [index, column] of into.columns.entries()) {
    const added = other.columns[index] as ColumnBucket
    column.low = least(column.low, added.low)
    column.high = -least(-column.high, -added.high)
    column.bandLow = least(column.bandLow, added.bandLow)
    column.bandHigh = -least(-column.bandHigh, -added.bandHigh)
    column.score = Math.max(column.score, added.score)
  }
}

function least(one: number, other: number): number {
  return Number.isNaN(one) ? other : Number.isNaN(other) ? one : Math.min(one, other)
}
