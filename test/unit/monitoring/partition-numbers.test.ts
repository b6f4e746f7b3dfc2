import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partitionNumbers } from '../../../src/monitoring/partition-numbers.ts'

const CASES: readonly (readonly [what: string, value: unknown, wanted: number[]])[] = [
  ['numbers', [2, 0, 1], [0, 1, 2]],
  ['nothing', [], []],
  ['the same one twice', [1, 1], [1]],
  ['texts', ['2', '0'], [0, 2]],
  ['Kafka\'s topic partitions', [{ topic: 'sensor-data', partition: 1 }, { topic: 'sensor-data', partition: 0 }], [0, 1]],
  ['JSON in a JSON string', '[0, 2]', [0, 2]],
  ['a broken one', '[0,', []],
  ['null', null, []],
  ['an object', { 0: true }, []],
  ['nonsense between numbers', [0, null, -1, 1.5, 'x', {}, [3], 2], [0, 2]],
]

for (const [what, value, wanted] of CASES) test(`assigned partitions are read from ${what}`, () => assert.deepEqual(partitionNumbers(value), wanted))
