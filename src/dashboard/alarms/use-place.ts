import { useHash } from '../use-hash.ts'
import { parsePlace } from './place.ts'
import type { Place } from './place.ts'

/** Where the address says that we are. */
export function usePlace(): Place {
  return parsePlace(useHash())
}
