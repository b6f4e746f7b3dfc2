/** Random numbers that can be asked for in any order: the same seed and number give the same, on every machine. */

/** 32 bits of a seed and a whole number from 0 to 2^53: https://github.com/skeeto/hash-prospector, `lowbias32`, once for each half. */
export function countedBits(seed: number, number: number): number {
  return mix(mix(seed ^ Math.floor(number / 2 ** 32)) ^ (number >>> 0))
}

/** From 0 up to, not including, 1. */
export function countedUniform(seed: number, number: number): number {
  return countedBits(seed, number) * 2 ** -32
}

/** Nearly normal: mean 0, standard deviation 1, never beyond 3.45. The four bytes of the bits added up. */
export function normalOf(bits: number): number {
  return ((bits & 255) + (bits >>> 8 & 255) + (bits >>> 16 & 255) + (bits >>> 24) - 510) * 0.006765875086793228
}

function mix(bits: number): number {
  let mixed = bits ^ (bits >>> 16)
  mixed = Math.imul(mixed, 0x21f0aaad)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0xd35a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
