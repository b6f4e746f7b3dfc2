import { resolve } from 'node:path'
import type { Environment } from '../runtime/config.ts'

const FOLDER = '/run/certificates'
const VARIABLES = ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE']
const PARAMETERS = ['sslrootcert', 'sslcert', 'sslkey']

/** As Compose writes it. A file that isn't there is an error: Docker would make a folder of it. */
export interface CertificateMount {
  readonly type: 'bind'
  readonly source: string
  readonly target: string
  readonly read_only: true
  readonly bind: { readonly create_host_path: false }
}

export interface Certificates {
  readonly volumes: readonly CertificateMount[]
  /** The caller's variables that name files, naming them as they are in the container. */
  readonly env: Environment
}

/** The files of this machine by which servers elsewhere are reached, for containers to see them too. */
export function certificates(env: Environment): Certificates {
  const volumes: CertificateMount[] = []
  const mount = (path: string): string => {
    const target = `${FOLDER}/${volumes.length}.pem`
    volumes.push({ type: 'bind', source: resolve(path), target, read_only: true, bind: { create_host_path: false } })
    return target
  }
  const moved: Record<string, string> = {}
  for (const name of VARIABLES) {
    const path = env[name]
    if (path) moved[name] = mount(path)
  }
  const database = env['DATABASE_URL']
  if (database && URL.canParse(database)) {
    const url = new URL(database)
    for (const name of PARAMETERS) {
      const path = url.searchParams.get(name)
      if (path !== null) url.searchParams.set(name, mount(path))
    }
    moved['DATABASE_URL'] = url.href
  }
  return { volumes, env: moved }
}
