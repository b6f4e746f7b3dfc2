import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificates {
  /** Files (PEM): an authority, and a server's certificate of it for the name localhost alone. */
  readonly ca: string
  readonly cert: string
  /** PKCS 8. */
  readonly key: string
  /** Key and certificate in one file, as Kafka wants them. */
  readonly keystore: string
  /** Another authority, which signed nothing. */
  readonly strangerCa: string
}

/** Made by openssl, for a day. */
export function makeCertificates(folder: string): Certificates {
  const file = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void => { execFileSync('openssl', args, { stdio: 'pipe' }) }
  const authority = (name: string): void => {
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-days', '1', '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`))
  }
  authority('ca')
  authority('stranger')
  openssl('req', '-newkey', 'rsa:2048', '-noenc', '-subj', '/CN=localhost', '-keyout', file('server.key'), '-out', file('server.csr'))
  writeFileSync(file('server.ext'), 'subjectAltName=DNS:localhost\n')
  openssl('x509', '-req', '-in', file('server.csr'), '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '1',
    '-extfile', file('server.ext'), '-out', file('server.crt'))
  writeFileSync(file('keystore.pem'), readFileSync(file('server.key'), 'utf8') + readFileSync(file('server.crt'), 'utf8'), { mode: 0o600 })
  return { ca: file('ca.crt'), cert: file('server.crt'), key: file('server.key'), keystore: file('keystore.pem'), strangerCa: file('stranger.crt') }
}
