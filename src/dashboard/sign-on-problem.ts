import type { SignOnProblem } from '../contract/access-api.ts'

const SENTENCES: Readonly<Record<SignOnProblem, string>> = {
  'no-role': 'You were recognised, but none of your groups has a role here. Ask an admin for access.',
  disabled: 'Your account is disabled here. Ask an admin.',
  cancelled: 'The login was cancelled.',
  failed: 'The login did not work. Try again; if it stays so, tell an admin.',
  unavailable: 'The login server does not answer. Try again, or log in with a name and a password.',
  busy: 'Too many log in from here. Try again in a minute.',
  later: 'Nobody can be logged in at the moment. Try again.',
}

/** What a page's query says of a login that didn't work, as a sentence, and the query without it. Null: nothing. */
export function signOnProblem(search: string): { readonly sentence: string, readonly search: string } | null {
  const given = new URLSearchParams(search)
  const problem = given.get('login')
  if (problem === null) return null
  given.delete('login')
  const sentence = Object.hasOwn(SENTENCES, problem) ? SENTENCES[problem as SignOnProblem] : SENTENCES.failed
  return { sentence, search: given.size === 0 ? '' : `?${given.toString()}` }
}
