import type { IncomingHttpHeaders } from 'node:http'

/** A page of another origin can't send it without asking the browser first, and the browser asks us, who don't answer. */
export const OWN_REQUEST_HEADER = 'x-factory-request'

/**
 * Why a request that changes something may have been made by another site, in whose hands the browser puts our cookie; or null. A program
 * that sends a token isn't asked: no browser adds that by itself.
 */
export function foreignOrigin(headers: IncomingHttpHeaders): string | null {
  if (headers[OWN_REQUEST_HEADER] === undefined) return `the header ${OWN_REQUEST_HEADER}: 1 is missing`
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' ? null : 'the request comes from another site'
  // Only where the browser is too old to say more.
  const { origin, host } = headers
  if (origin === undefined) return null
  return URL.canParse(origin) && new URL(origin).host === host ? null : 'the request comes from another site'
}
