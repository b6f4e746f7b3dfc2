import type { ExportRow } from '../../postgres/export-rows.ts'

/** Makes the bytes of a file of rows, piece by piece. */
export interface Encoder {
  /** What comes before the first row; empty: nothing. */
  begin(): Uint8Array
  /** Empty: these rows wait for others. */
  rows(rows: readonly ExportRow[]): Uint8Array
  /** What comes after the last row; empty: nothing. */
  end(): Uint8Array
}

export const NOTHING = new Uint8Array()
