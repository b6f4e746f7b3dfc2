import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { Connection, alterUserScramCredentialsV0 } from '@platformatic/kafka'
import { startKafkaCluster } from '../../src/local/kafka/cluster.ts'
import { freePorts } from '../../src/local/process/ports.ts'
import type { Certificates } from './certificates.ts'

export interface SecuredKafka {
  /** Of the listener with TLS and a login; it says that it is `localhost`. */
  readonly port: number
  /** Of the listener without, by which everybody may do everything. */
  readonly openPort: number
  remove(): Promise<void>
}

const ITERATIONS = 4096
/** By Kafka's numbers. */
const SCRAM = [{ mechanism: 1, hash: 'sha256', bytes: 32 }, { mechanism: 2, hash: 'sha512', bytes: 64 }] as const

/** One broker that lets in one user, by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512, over TLS. */
export async function startSecuredKafka(dir: string, certificates: Certificates, user: { name: string, password: string }): Promise<SecuredKafka> {
  const [plain = 0, controller = 0, secured = 0] = await freePorts(3)
  const login = (mechanism: string, module: string): Record<string, string> => ({
    [`listener.name.secured.${mechanism}.sasl.jaas.config`]: `org.apache.kafka.common.security.${module} required${
      mechanism === 'plain' ? ` user_${user.name}="${user.password}"` : ''};`,
  })
  const cluster = await startKafkaCluster({
    dir, brokers: 1, ports: [plain], controllerPorts: [controller],
    settings: () => ({
      'listeners': `BROKER://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller},SECURED://127.0.0.1:${secured}`,
      'advertised.listeners': `BROKER://127.0.0.1:${plain},SECURED://localhost:${secured}`,
      'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
      'listener.name.secured.ssl.keystore.type': 'PEM',
      'listener.name.secured.ssl.keystore.location': certificates.keystore,
      'listener.name.secured.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      // The user may do everything, too, with what no rule is about.
      'allow.everyone.if.no.acl.found': 'true',
      ...login('plain', 'plain.PlainLoginModule'),
      ...login('scram-sha-256', 'scram.ScramLoginModule'),
      ...login('scram-sha-512', 'scram.ScramLoginModule'),
    }),
  })
  try {
    await addScramUser(plain, user)
  } catch (error) {
    await cluster.remove()
    throw error
  }
  return { port: secured, openPort: plain, remove: () => cluster.remove() }
}

async function addScramUser(port: number, user: { name: string, password: string }): Promise<void> {
  const connection = new Connection('test')
  await connection.connect('127.0.0.1', port)
  const salt = randomBytes(16)
  // Kafka refuses one user twice in one request.
  for (const { mechanism, hash, bytes } of SCRAM) {
    const saltedPassword = pbkdf2Sync(user.password, salt, ITERATIONS, bytes, hash)
    await alterUserScramCredentialsV0.api.async(connection, [], [{ name: user.name, mechanism, iterations: ITERATIONS, salt, saltedPassword }])
  }
  await connection.close()
}
