import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { RequestError } from '../request-error.ts'

/**
 * Whether a request was meant for this service, by its Host header. Against DNS rebinding: the owner of `evil.example` can let that name
 * point to 127.0.0.1, and a browser then takes what we answer for theirs. So a name is taken only where nobody from outside can give it out:
 * an address, a name without a dot (`localhost`, `monitoring`), `….localhost`, this machine's own, and those of MONITORING_ALLOWED_HOSTS.
 */
export function createHostCheck(allowed: readonly string[], ownName = hostname()): (header: string | undefined) => void {
  const names = new Set([...allowed, ownName].map((name) => name.toLowerCase()))
  return (header) => {
    // Without it it's HTTP/1.0, which no browser speaks.
    if (header === undefined) return
    const name = nameOf(header)
    if (isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost') || names.has(name)) return
    throw new RequestError(421, 'this service does not know itself by the name in the header Host; set MONITORING_ALLOWED_HOSTS')
  }
}

/** Without the port, the brackets of IPv6 and the dot that ends a whole name. */
function nameOf(header: string): string {
  const [, address] = /^\[([^\]]*)\](?::\d+)?$/.exec(header) ?? []
  return address ?? header.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
}
