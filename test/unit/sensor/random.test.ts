import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom, randomState, xoshiro128StarStar } from '../../../src/sensor/random.ts'

test('the generator gives the numbers of the C reference implementation', () => {
  const next = xoshiro128StarStar([0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0])
  assert.deepEqual([next(), next(), next(), next()], [0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70])
})

test('equal texts start equal streams, different ones different streams', () => {
  const streamOf = (text: string): number[] => {
    const random = createRandom(randomState(text))
    return Array.from({ length: 50 }, () => random.uniform())
  }
  assert.deepEqual(streamOf('a'), streamOf('a'))
  assert.equal(new Set([...streamOf('a'), ...streamOf('b'), ...streamOf('A')]).size, 150)
})

test('normal has mean 0, standard deviation 1, and bounds', () => {
  const random = createRandom(randomState('normal'))
  const draws = Array.from({ length: 100_000 }, () => random.normal())
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
  const deviation = Math.sqrt(draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length)
  assert.ok(Math.abs(mean) < 0.015, `mean ${mean}`)
  assert.ok(Math.abs(deviation - 1) < 0.015, `standard deviation ${deviation}`)
  assert.ok(draws.every((draw) => Math.abs(draw) < 3.47))
})
