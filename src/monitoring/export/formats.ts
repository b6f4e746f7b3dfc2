import type { ExportColumn } from '../../postgres/export-columns.ts'
import { createCsvEncoder } from './csv.ts'
import type { Encoder } from './encoder.ts'
import { createNdjsonEncoder } from './ndjson.ts'
import { createParquetEncoder } from './parquet.ts'

export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const
export type ExportFormat = typeof EXPORT_FORMATS[number]

export interface FormatSettings {
  readonly contentType: string
  readonly createEncoder: (columns: readonly ExportColumn[]) => Encoder
}

export const FORMATS: Readonly<Record<ExportFormat, FormatSettings>> = {
  csv: { contentType: 'text/csv', createEncoder: createCsvEncoder },
  ndjson: { contentType: 'application/x-ndjson', createEncoder: createNdjsonEncoder },
  parquet: { contentType: 'application/vnd.apache.parquet', createEncoder: createParquetEncoder },
}
