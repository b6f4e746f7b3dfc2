import { isIP, isIPv6 } from 'node:net'
import { list } from '../../runtime/config.ts'
import type { Variable } from '../../runtime/config.ts'

const NONE = { defaultValue: [], defaultText: 'none' } as const

// The variables that say by which names and through whom the service is reached.

/** `plant.example,factory.example` */
export function allowedHosts(options: { readonly help: string }): Variable<readonly string[]> {
  return list({ ...options, ...NONE, allowed: 'host names without a port, several with commas between' },
    (name) => /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name))
}

/** `10.0.0.7,192.168.0.0/24`. Not a hop count or "all": then whoever comes without a proxy could name any address. */
export function trustedProxies(options: { readonly help: string }): Variable<readonly string[]> {
  return list({ ...options, ...NONE, allowed: 'addresses or networks such as 192.168.0.0/24, several with commas between' }, (text) => {
    const [address = '', bits, ...rest] = text.split('/')
    if (isIP(address) === 0 || rest.length > 0) return false
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (isIPv6(address) ? 128 : 32))
  })
}
