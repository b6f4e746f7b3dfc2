import { accessSync, constants } from 'node:fs'
import { ExitError, messageOf } from '../runtime/errors.ts'
import type { Variable } from '../runtime/config.ts'

/** libpq's, without those that go on unencrypted when the server has no TLS: nobody would notice. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full']
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey']

/** The variables of every process that uses PostgreSQL. */
export const postgresVariables = {
  DATABASE_URL: databaseUrl({
    defaultValue: 'postgresql://factory_user:factory_pass@postgres:5432/factory_monitoring',
    help: 'The PostgreSQL database, version 15 or later. TLS by `?sslmode=` as in libpq: `disable`, `require` (encrypted), `verify-ca`, '
      + '`verify-full` (and the certificate fits the host), with `&sslrootcert=FILE` for an authority of your own, `&sslcert=` and `&sslkey=` '
      + 'for a certificate of ours.',
  }),
}

function databaseUrl(options: { readonly defaultValue: string, readonly help: string }): Variable<string> {
  return {
    ...options, secret: true, allowed: 'postgresql://user:password@host:port/database',
    parse(value) {
      if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) return undefined
      requireUsableTls(new URL(value).searchParams)
      return value
    },
  }
}

/** In words that can't hold the password. */
function requireUsableTls(parameters: URLSearchParams): void {
  const mode = parameters.get('sslmode')
  if (mode !== null && !SSL_MODES.includes(mode)) {
    throw new ExitError(`sslmode in DATABASE_URL is ${JSON.stringify(mode)}; it must be ${SSL_MODES.join(', ')}`)
  }
  for (const name of SSL_FILES) {
    const path = parameters.get(name)
    if (path === null) continue
    if (mode === null || mode === 'disable') throw new ExitError(`${name} in DATABASE_URL needs sslmode=require, verify-ca or verify-full`)
    try {
      accessSync(path, constants.R_OK)
    } catch (error) {
      throw new ExitError(`${name} in DATABASE_URL names a file that can't be read: ${messageOf(error)}`)
    }
  }
  if (mode === 'verify-ca' && !parameters.has('sslrootcert')) throw new ExitError('sslmode=verify-ca in DATABASE_URL needs sslrootcert=FILE')
}
