import { isLoopback } from '../runtime/loopback.ts'
import type { LocalConfig } from './config.ts'

/**
 * Why a demonstration must not be shown at this address: its cookie lets whoever has it kill services, and a later start may be without TLS.
 * One line that says what to do, or none.
 */
export function demoProblems({ demo }: LocalConfig, place: { readonly host: string, readonly variable: string }): string[] {
  if (!demo || isLoopback(place.host)) return []
  return [`DEMO=1 and ${place.variable}=${place.host}: whoever listens on the network could kill services; show it on 127.0.0.1`]
}
