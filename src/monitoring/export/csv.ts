import type { ExportColumn } from '../../postgres/export-columns.ts'
import { NOTHING } from './encoder.ts'
import type { Encoder } from './encoder.ts'

/** Spreadsheets take a cell that begins so for a formula, and names come from outside. Numbers are left as they are, also `-5`. */
const FORMULA = /^[=+\-@\t\r]/
const QUOTED = /[",\r\n]/

/** Comma-separated values by RFC 4180, with a header; null is an empty field, an empty text is `""`. */
export function createCsvEncoder(columns: readonly ExportColumn[]): Encoder {
  const fromOutside = columns.map(({ kind }) => kind === 'text')
  return {
    begin: () => Buffer.from(`${columns.map(({ name }) => name).join(',')}\r\n`),
    rows(rows) {
      let text = ''
      for (const row of rows) {
        for (let index = 0; index < row.length; index++) {
          const value = row[index] ?? null
          if (index > 0) text += ','
          if (value !== null) text += fromOutside[index] === true ? csvText(value) : value
        }
        text += '\r\n'
      }
      return Buffer.from(text)
    },
    end: () => NOTHING,
  }
}

/** A text from outside as a field. One that a spreadsheet would calculate gets an apostrophe before it. */
export function csvText(value: string): string {
  const text = FORMULA.test(value) ? `'${value}` : value
  return text === '' || QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
