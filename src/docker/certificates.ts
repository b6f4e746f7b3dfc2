import { resolve } from 'node:path'
import type { Environment } from '../runtime/config.ts'

const FOLDER = '/run/certificates'
const VARIABLES = ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE']
const PARAMETERS = ['sslrootcert', 'sslcert', 'sslkey']

export interface Certificates {
  /** `file here:file in the container:ro` */
  readonly volumes: readonly string[]
  /** The caller's variables that name files, naming them as they are in the container. */
  readonly env: Environment
}

/** The files of this machine by which servers elsewhere are reached, for containers to see them too. */
export function certificates(env: Environment): Certificates {
  const volumes: string[] = []
  const mount = (path: string): string => {
    const inside = `${FOLDER}/${volumes.length}.pem`
    volumes.push(`${resolve(path)}:${inside}:ro`)
    return inside
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
