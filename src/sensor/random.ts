import { createHash } from 'node:crypto'

export type RandomState = readonly [a: number, b: number, c: number, d: number]

/** A stream of random numbers that is the same on every machine. */
export interface Random {
  /** From 0 up to, not including, 1; a multiple of 2^-32. */
  uniform(): number
  /** Nearly normal: mean 0, standard deviation 1, never beyond 3.47. */
  normal(): number
}

/** The start of a stream of its own for each text: the first 128 bits of its SHA-256. */
export function randomState(text: string): RandomState {
  const digest = createHash('sha256').update(text, 'utf8').digest()
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)]
}

export function createRandom(state: RandomState): Random {
  const next = xoshiro128StarStar(state)
  const uniform = (): number => next() * 2 ** -32
  return {
    uniform,
    // A sum of four uniforms (Irwin-Hall) has variance 1/3. It needs + and * only: the last bit of Math.log and Math.sin
    // is free to differ between machines, and then one seed would not mean one signal.
    normal: () => (uniform() + uniform() + uniform() + uniform() - 2) * 1.7320508075688772,
  }
}

/** Whole numbers from 0 to 2^32 - 1. The generator of Blackman and Vigna: https://prng.di.unimi.it/xoshiro128starstar.c */
export function xoshiro128StarStar(state: RandomState): () => number {
  let [a, b, c, d] = state
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return result
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
