import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet-writer'
import { parseTimestamp } from '../../contract/timestamp.ts'
import type { ColumnKind, ExportColumn } from '../../postgres/export-columns.ts'
import type { ExportRow } from '../../postgres/export-rows.ts'
import type { Encoder } from './encoder.ts'

/** Kept in memory. Of each group its place in the file is kept to the end, 10 KB. */
const GROUP_ROWS = 50_000

const TYPES: Readonly<Record<ColumnKind, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } },
  double: { type: 'DOUBLE' },
  integer: { type: 'INT64' },
}
const READ: Readonly<Record<ColumnKind, (text: string) => string | number | bigint>> = {
  text: (text) => text,
  time: (text) => BigInt(parseTimestamp(text) ?? 0),
  double: Number,
  integer: BigInt,
}

/** Apache Parquet with Snappy, in row groups of 50,000. */
export function createParquetEncoder(columns: readonly ExportColumn[]): Encoder {
  const output = new ByteWriter()
  const schema: SchemaElement[] = [
    { name: 'readings', num_children: columns.length },
    ...columns.map(({ name, kind }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...TYPES[kind] })),
  ]
  const writer = new ParquetWriter({ writer: output, schema, createdBy: 'factory-monitoring-system' })
  let waiting: ExportRow[] = []

  function writeGroup(): void {
    const columnData = columns.map(({ name, kind }, index) => ({
      name, data: waiting.map((row) => {
        const text = row[index] ?? null
        return text === null ? null : READ[kind](text)
      }),
    }))
    // Without a flush of the writer's it is done when it returns.
    void writer.write({ columnData, rowGroupSize: GROUP_ROWS })
    waiting = []
  }

  /** What was written since the last call; the writer goes on counting its place in the file. */
  function take(): Uint8Array {
    const bytes = output.getBytes().slice()
    output.index = 0
    return bytes
  }

  return {
    begin: take,
    rows(rows) {
      for (const row of rows) waiting.push(row)
      if (waiting.length >= GROUP_ROWS) writeGroup()
      return take()
    },
    end() {
      if (waiting.length > 0) writeGroup()
      void writer.finish()
      return take()
    },
  }
}
