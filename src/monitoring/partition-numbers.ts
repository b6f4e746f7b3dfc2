/**
 * The partitions in an `assigned_partitions` column, ascending. Ours are numbers; other programs write them as texts, as
 * `{topic, partition}`, or as JSON inside a JSON string. What can't be understood is left out.
 */
export function partitionNumbers(value: unknown): number[] {
  if (typeof value === 'string' && value.trimStart().startsWith('[')) return partitionNumbers(parseJson(value))
  if (!Array.isArray(value)) return []
  const numbers = value.map(partitionNumber).filter((number) => number !== null)
  return [...new Set(numbers)].sort((a, b) => a - b)
}

function partitionNumber(value: unknown): number | null {
  if (typeof value === 'object' && value !== null && 'partition' in value) return partitionNumber(value.partition)
  if (typeof value === 'string' && /^\d{1,9}$/.test(value)) return Number(value)
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
