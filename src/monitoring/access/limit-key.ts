import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whom a limit counts: an IPv4 address, or the first 64 bits of an IPv6 address, because whoever has one has all of that network and could
 * come from another address each time.
 */
export function limitKey(address: string): string {
  const [plain = ''] = address.split('%', 1)
  const tail = plain.slice(plain.lastIndexOf(':') + 1)
  // `::ffff:192.0.2.1`, as a socket for both says it.
  if (isIPv4(tail)) return tail
  if (!isIPv6(plain)) return address
  const [before = '', after] = plain.split('::')
  const groups = before.split(':').filter((group) => group !== '')
  const missing = after === undefined ? 0 : 8 - groups.length - after.split(':').filter((group) => group !== '').length
  return [...groups, ...Array<string>(missing).fill('0'), ...(after ?? '').split(':')]
    .slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
