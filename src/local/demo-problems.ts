import type { LocalConfig } from './config.ts'

/**
 * Why a demonstration must not be shown at this address: without TLS, others could read along the cookie that lets its holder kill services.
 * One line that says what to do, or none.
 */
export function demoProblems({ demo }: LocalConfig, place: { readonly host: string, readonly variable: string, readonly tls: boolean }): string[] {
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(place.host)
  if (!demo || loopback || place.tls) return []
  const advice = place.variable === 'MONITORING_HOST' ? 'show it on 127.0.0.1, or set MONITORING_TLS_CERT_FILE' : 'show it on 127.0.0.1'
  return [`DEMO=1 and ${place.variable}=${place.host}: whoever listens on the network could kill services; ${advice}`]
}
