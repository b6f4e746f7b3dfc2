import { useEffect, useState } from 'preact/hooks'
import { parsePlace } from './place.ts'
import type { Place } from './place.ts'

/** Where the address says that we are; back and forward go the same way. */
export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const read = (): void => setHash(location.hash)
    addEventListener('hashchange', read)
    return () => removeEventListener('hashchange', read)
  }, [])
  return parsePlace(hash)
}
