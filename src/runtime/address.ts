export interface Address {
  readonly host: string
  readonly port: number
}

/** Of `host:port`; an IPv6 address stands in brackets there, and without them in what comes back. */
export function parseAddress(address: string): Address {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) }
}
