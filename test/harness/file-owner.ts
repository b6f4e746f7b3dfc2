import { after } from 'node:test'
import type { Owner } from './plant.ts'

/** Of what all tests of a file share: it is cleaned up after the last of them, the newest first. */
export function fileOwner(): Owner {
  const cleanUps: (() => void | Promise<void>)[] = []
  after(async () => { for (const cleanUp of cleanUps.toReversed()) await cleanUp() })
  return { after: (cleanUp) => void cleanUps.push(cleanUp) }
}
