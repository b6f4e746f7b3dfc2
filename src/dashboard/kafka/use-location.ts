import { useCallback } from 'preact/hooks'
import { useHash } from '../use-hash.ts'
import { formatLocation, parseLocation } from './location.ts'
import type { Location } from './location.ts'

/** Where the address says that we are, and the way to another place. */
export function useLocation(): readonly [Location, (next: Location) => void] {
  const go = useCallback((next: Location): void => {
    location.hash = formatLocation(next)
  }, [])
  return [parseLocation(useHash()), go]
}
