import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatLetterPlace, parseLetterPlace } from '../../../src/contract/replay-header.ts'

const ID = '0a1b2c3d-0000-4000-8000-00000000000f'

test('the place of a dead letter is read as it was written', () => {
  const place = { topicId: ID, partition: 2, generation: 1, offset: 9_007_199_254 }
  assert.equal(formatLetterPlace(place), `${ID}/2/1/9007199254`)
  assert.deepEqual(parseLetterPlace(formatLetterPlace(place)), place)
})

test('what is no place, or has a number that the database could not take, is none', () => {
  for (const text of [
    '', ID, `${ID}/0/0`, `${ID}/0/0/0/0`, `${ID}/-1/0/0`, `${ID}/0/0/1e3`, `${ID}/2147483648/0/0`, `${ID}/0/2147483648/0`, `${ID}/0/0/9999999999999999`,
    `${ID.toUpperCase()}/0/0/0`, `x${ID}/0/0/0`, `${ID}/0/0/0\n`, `${ID.slice(1)}/0/0/0`,
  ]) assert.equal(parseLetterPlace(text), null, text)
})
