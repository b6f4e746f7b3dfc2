import { readFileSync } from 'node:fs'
import { flag, oneOf, readVariables, text } from '../runtime/config.ts'
import type { Environment, Values, Variable } from '../runtime/config.ts'
import { ExitError, messageOf } from '../runtime/errors.ts'

/** How the way to a cluster is protected, and who we are there. */
export interface KafkaSecurity {
  /** PEM texts. Null: the connection is not encrypted. */
  readonly tls: { readonly ca?: string, readonly cert?: string, readonly key?: string } | null
  /** Null: we say no name. */
  readonly sasl: { readonly mechanism: SaslMechanism, readonly username: string, readonly password: string } | null
}

export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
export type SaslMechanism = typeof SASL_MECHANISMS[number]

export const UNPROTECTED: KafkaSecurity = { tls: null, sasl: null }

export const kafkaSecurityVariables = {
  KAFKA_SSL: flag({ defaultValue: false, help: 'Whether the brokers are reached by TLS. Their certificates must fit the host names in KAFKA_BROKERS.' }),
  KAFKA_SSL_CA_FILE: optional('The file (PEM) of the authority that signed the brokers\' certificates.', 'those that Node.js trusts'),
  KAFKA_SSL_CERT_FILE: optional('The file (PEM) of our own certificate, where the brokers ask for one.', 'none'),
  KAFKA_SSL_KEY_FILE: optional('The file (PEM) of the key to KAFKA_SSL_CERT_FILE.', 'none'),
  KAFKA_SASL_MECHANISM: {
    ...oneOf(SASL_MECHANISMS, { help: 'How we log in to the brokers. PLAIN sends the password itself, so it needs KAFKA_SSL=1.' }),
    defaultValue: null, defaultText: 'no login',
  },
  KAFKA_SASL_USERNAME: optional('The user of KAFKA_SASL_MECHANISM.', 'none'),
  KAFKA_SASL_PASSWORD: { ...optional('The password of KAFKA_SASL_USERNAME.', 'none'), secret: true },
}

function optional(help: string, defaultText: string): Variable<string | null> {
  return { ...text({ help }), defaultValue: null, defaultText }
}

/** Throws an `ExitError` that names the variable that is wrong, or missing beside another. */
export function readKafkaSecurity(env: Environment): KafkaSecurity {
  return kafkaSecurityOf(readVariables(kafkaSecurityVariables, env))
}

/** The same of variables that were read with others. */
export function kafkaSecurityOf(values: Values<typeof kafkaSecurityVariables>): KafkaSecurity {
  return { tls: tlsOf(values), sasl: saslOf(values) }
}

function tlsOf(values: Values<typeof kafkaSecurityVariables>): KafkaSecurity['tls'] {
  const files = { ca: 'KAFKA_SSL_CA_FILE', cert: 'KAFKA_SSL_CERT_FILE', key: 'KAFKA_SSL_KEY_FILE' } as const
  const given = Object.entries(files).filter(([, name]) => values[name] !== null)
  if (!values.KAFKA_SSL) {
    // Whoever names an authority means to be encrypted.
    for (const [, name] of given) throw new ExitError(`${name} is set, but KAFKA_SSL is not 1`)
    return null
  }
  needsOther('KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE', values)
  return Object.fromEntries(given.map(([part, name]) => [part, readPem(name, values[name] as string)]))
}

function saslOf(values: Values<typeof kafkaSecurityVariables>): KafkaSecurity['sasl'] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = values
  needsOther('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', values)
  needsOther('KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', values)
  if (mechanism === null || username === null || password === null) return null
  if (mechanism === 'PLAIN' && !values.KAFKA_SSL) throw new ExitError('KAFKA_SASL_MECHANISM is PLAIN, which sends the password itself: set KAFKA_SSL=1 too')
  return { mechanism, username, password }
}

/** Either both or none. */
function needsOther(
  one: keyof typeof kafkaSecurityVariables, other: keyof typeof kafkaSecurityVariables, values: Values<typeof kafkaSecurityVariables>,
): void {
  if (values[one] !== null && values[other] === null) throw new ExitError(`${one} is set, but ${other} is not`)
  if (values[one] === null && values[other] !== null) throw new ExitError(`${other} is set, but ${one} is not`)
}

function readPem(name: string, path: string): string {
  let pem: string
  try {
    pem = readFileSync(path, 'utf8')
  } catch (error) {
    throw new ExitError(`${name} names a file that can't be read: ${messageOf(error)}`)
  }
  if (!pem.includes('-----BEGIN ')) throw new ExitError(`${name} names a file that is not PEM: ${path}`)
  return pem
}
