import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { ExitError, messageOf } from '../runtime/errors.ts'

/** PEM texts. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
}

/** Null without both paths. Throws an `ExitError` when one is missing, can't be read, or the two don't belong together. */
export function readTlsFiles(certFile: string | null, keyFile: string | null): ServerTls | null {
  if (certFile === null && keyFile === null) return null
  if (certFile === null) throw new ExitError('MONITORING_TLS_KEY_FILE is set, but MONITORING_TLS_CERT_FILE is not')
  if (keyFile === null) throw new ExitError('MONITORING_TLS_CERT_FILE is set, but MONITORING_TLS_KEY_FILE is not')
  const tls = { cert: readFile('MONITORING_TLS_CERT_FILE', certFile), key: readFile('MONITORING_TLS_KEY_FILE', keyFile) }
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new ExitError(`MONITORING_TLS_CERT_FILE and MONITORING_TLS_KEY_FILE must be a certificate and its key, as PEM: ${messageOf(error)}`)
  }
  return tls
}

function readFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ExitError(`${name} names a file that can't be read: ${messageOf(error)}`)
  }
}
