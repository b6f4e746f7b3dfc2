import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fits } from '../../../src/calendar/machine-pattern.ts'

test('a star stands for any letters, and nothing else does', () => {
  for (const [pattern, machine, expected] of [
    ['press-1', 'press-1', true], ['press-1', 'press-12', false], ['press-*', 'press-', true], ['press-*', 'press-12', true], ['press-*', 'a-press-1', false],
    ['*-press-*', 'north-press-1', true], ['*', '', true], ['a*a', 'a', false], ['a*a', 'aa', true], ['a*b*b', 'ab', false], ['a*b*b', 'axbxb', true],
    ['p.ess', 'press', false], ['p%', 'press', false], ['a**b', 'ab', true],
  ] as const) assert.equal(fits(pattern, machine), expected, `${pattern} ${machine}`)
})
