import { BAD_QUALITY_BELOW } from '../contract/quality.ts'

/** Whether a reading counts, by its column `quality`; one that tells none does. */
export const isGoodQuality = (column: string): string => `${column} is null or ${column} >= ${BAD_QUALITY_BELOW}`
