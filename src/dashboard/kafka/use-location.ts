import { useCallback, useEffect, useState } from 'preact/hooks'
import { formatLocation, parseLocation } from './location.ts'
import type { Location } from './location.ts'

/** Where the address says that we are, and the way to another place; back and forward go the same way. */
export function useLocation(): readonly [Location, (next: Location) => void] {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const read = (): void => setHash(location.hash)
    addEventListener('hashchange', read)
    return () => removeEventListener('hashchange', read)
  }, [])
  const go = useCallback((next: Location): void => {
    location.hash = formatLocation(next)
  }, [])
  return [parseLocation(hash), go]
}
