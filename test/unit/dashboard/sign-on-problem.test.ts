import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SIGN_ON_PROBLEMS } from '../../../src/contract/access-api.ts'
import { signOnProblem } from '../../../src/dashboard/sign-on-problem.ts'

test('a login that did not work is said once, in a sentence of the page', () => {
  assert.equal(signOnProblem(''), null)
  assert.equal(signOnProblem('?topic=x'), null)
  const sentences = SIGN_ON_PROBLEMS.map((problem) => signOnProblem(`?x=1&login=${problem}&y=%C3%A4`))
  assert.equal(new Set(sentences.map((each) => each?.sentence)).size, SIGN_ON_PROBLEMS.length)
  assert.ok(sentences.every((each) => each?.search === '?x=1&y=%C3%A4'))
  assert.equal(signOnProblem('?login=no-role')?.search, '')
  // What somebody else wrote into the address isn't shown.
  for (const other of ['Call+0800', '<b>', 'constructor', '']) assert.equal(signOnProblem(`?login=${other}`)?.sentence, signOnProblem('?login=failed')?.sentence)
})
