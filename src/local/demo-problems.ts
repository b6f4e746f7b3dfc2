import { isLoopback } from '../runtime/loopback.ts'
import type { LocalConfig } from './config.ts'

/**
 * Why a demonstration must not be shown at this address: without TLS, others could read along the cookie that lets its holder kill services.
 * One line that says what to do, or none.
 */
export function demoProblems({ demo }: LocalConfig, place: { readonly host: string, readonly variable: string, readonly tls: boolean }): string[] {
  if (!demo || place.tls || isLoopback(place.host)) return []
  return [`DEMO=1 and ${place.variable}=${place.host}: whoever listens on the network could kill services; show it on 127.0.0.1, or set MONITORING_TLS_CERT_FILE`]
}
