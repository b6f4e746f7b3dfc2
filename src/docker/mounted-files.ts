import { resolve } from 'node:path'
import type { Environment } from '../runtime/config.ts'

const FOLDER = '/run/certificates'
const CALENDAR = '/run/plant-calendar.yaml'
const VARIABLES = ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE']
/** Of the API and the page: with a key, which nobody else needs. */
const SERVER_VARIABLES = ['MONITORING_TLS_CERT_FILE', 'MONITORING_TLS_KEY_FILE']
const PARAMETERS = ['sslrootcert', 'sslcert', 'sslkey']

/** As Compose writes it. A file that isn't there is an error: Docker would make a folder of it. */
export interface FileMount {
  readonly type: 'bind'
  readonly source: string
  readonly target: string
  readonly read_only: true
  readonly bind: { readonly create_host_path: false }
}

export interface MountedFiles {
  readonly volumes: readonly FileMount[]
  /** For the monitoring service alone. */
  readonly serverVolumes: readonly FileMount[]
  /** The caller's variables that name files, naming them as they are in the container. */
  readonly env: Environment
}

/** The files of this machine by which servers elsewhere are reached, and we are, and the plant's calendar, for containers to see them too. */
export function mountedFiles(env: Environment): MountedFiles {
  const volumes: FileMount[] = []
  const serverVolumes: FileMount[] = []
  const mount = (path: string, list = volumes, target = `${FOLDER}/${list === volumes ? '' : 'server-'}${list.length}.pem`): string => {
    list.push({ type: 'bind', source: resolve(path), target, read_only: true, bind: { create_host_path: false } })
    return target
  }
  const moved: Record<string, string> = {}
  for (const name of VARIABLES) {
    const path = env[name]
    if (path) moved[name] = mount(path)
  }
  for (const name of SERVER_VARIABLES) {
    const path = env[name]
    if (path) moved[name] = mount(path, serverVolumes)
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
  const calendar = env['PLANT_CALENDAR']
  if (calendar) moved['PLANT_CALENDAR'] = mount(calendar, volumes, CALENDAR)
  return { volumes, serverVolumes, env: moved }
}
