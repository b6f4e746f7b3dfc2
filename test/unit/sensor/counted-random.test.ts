import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countedBits, countedUniform, normalOf } from '../../../src/sensor/counted-random.ts'

test('the same seed and number give the same, and neighbours of either differ', () => {
  const numbers = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52]
  const draws = [1, 2].flatMap((seed) => numbers.map((number) => countedBits(seed, number)))
  assert.deepEqual(draws, [1, 2].flatMap((seed) => numbers.map((number) => countedBits(seed, number))))
  assert.equal(new Set(draws).size, draws.length)
})

test('uniform is even, and normal has mean 0, standard deviation 1, and bounds', () => {
  const indexes = Array.from({ length: 100_000 }, (_, index) => index)
  const tenths = new Float64Array(10)
  for (const index of indexes) {
    const tenth = Math.floor(countedUniform(7, index) * 10)
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  assert.ok(tenths.every((count) => Math.abs(count - 10_000) < 400), tenths.join(' '))
  const normals = indexes.map((index) => normalOf(countedBits(9, index)))
  const mean = normals.reduce((sum, draw) => sum + draw, 0) / normals.length
  const deviation = Math.sqrt(normals.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / normals.length)
  assert.ok(Math.abs(mean) < 0.015, `mean ${mean}`)
  assert.ok(Math.abs(deviation - 1) < 0.015, `standard deviation ${deviation}`)
  assert.ok(normals.every((draw) => Math.abs(draw) < 3.46))
})
