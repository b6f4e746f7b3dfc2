import type { ExportColumn } from '../../postgres/export-columns.ts'
import { NOTHING } from './encoder.ts'
import type { Encoder } from './encoder.ts'

/** One JSON object a line; null where there is no value. */
export function createNdjsonEncoder(columns: readonly ExportColumn[]): Encoder {
  const heads = columns.map(({ name }, index) => `${index === 0 ? '{' : ','}"${name}":`)
  const isText = columns.map(({ kind }) => kind === 'text' || kind === 'time')
  return {
    begin: () => NOTHING,
    rows(rows) {
      let text = ''
      for (const row of rows) {
        for (let index = 0; index < row.length; index++) {
          const value = row[index] ?? null
          text += heads[index]
          // PostgreSQL writes a finite number as JSON does.
          text += value === null || isText[index] !== true ? value : JSON.stringify(value)
        }
        text += '}\n'
      }
      return Buffer.from(text)
    },
    end: () => NOTHING,
  }
}
