import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import { Provider } from 'oidc-provider'
import { freePorts } from '../../src/local/process/ports.ts'
import { CALLBACK_PATH } from '../../src/monitoring/access/oidc-config.ts'
import type { OidcConfig } from '../../src/monitoring/access/oidc-config.ts'
import type { Owner } from '../harness/plant.ts'

/** A real provider of OpenID Connect, on another site than the service: localhost, not 127.0.0.1. */
export interface Issuer {
  /** For the service; its page is to be at `port`. */
  readonly config: OidcConfig
  readonly port: number
  /** By the name that they log in with, which is their subject. */
  readonly people: Map<string, Readonly<Record<string, unknown>>>
  start(): Promise<void>
  /** Nobody answers any more. Started again it has new keys and knows no login. */
  stop(): Promise<void>
  /** It takes connections and says nothing. */
  hang(): void
  /** The keys that it shows aren't those that it signs with. */
  showOtherKeys(): void
}

// It advises against what is good enough for a test, once for each provider.
console.info = console.warn = () => {}

export const CLIENT_SECRET = 'a-secret-of-the-client'

/** `onlyUserinfo`: the ID token says nothing but who it is, as the standard has it; else everything. */
export async function startIssuer(owner: Owner, { onlyUserinfo = false } = {}): Promise<Issuer> {
  const [issuerPort = 0, port = 0] = await freePorts(2)
  const url = `http://localhost:${issuerPort}`
  const publicUrl = `http://127.0.0.1:${port}`
  const people: Issuer['people'] = new Map()
  let server: Server | null = null
  let instead: ((path: string, response: ServerResponse) => boolean) | null = null

  const issuer: Issuer = {
    port, people,
    config: {
      issuer: new URL(url), clientId: 'factory', clientSecret: CLIENT_SECRET, scopes: 'openid profile email', roleClaim: 'groups',
      roleValues: { viewer: ['everybody'], operator: ['shift', 'night shift'], admin: ['plant-admins'] }, label: 'Company login', publicUrl,
    },
    async start() {
      instead = null
      const provider = new Provider(url, {
        clients: [{ client_id: 'factory', client_secret: CLIENT_SECRET, redirect_uris: [publicUrl + CALLBACK_PATH] }],
        claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
        conformIdTokenClaims: onlyUserinfo,
        pkce: { required: () => true },
        jwks: { keys: [newKey()] },
        cookies: { keys: ['of the test'] },
        findAccount: (_context, sub) => {
          const claims = people.get(sub)
          return claims === undefined ? undefined : { accountId: sub, claims: () => ({ sub, ...claims }) }
        },
      })
      const answer = provider.callback()
      server = createServer((request, response) => {
        if (instead?.(request.url ?? '', response) !== true) void answer(request, response)
      })
      await new Promise<void>((resolve) => { server?.listen(issuerPort, 'localhost', resolve) })
    },
    async stop() {
      const running = server
      server = null
      if (running === null) return
      running.closeAllConnections()
      await new Promise((resolve) => { running.close(resolve) })
    },
    hang() { instead = () => true },
    showOtherKeys() {
      const keys = JSON.stringify({ keys: [{ ...newKey(), d: undefined, p: undefined, q: undefined, dp: undefined, dq: undefined, qi: undefined }] })
      instead = (path, response) => {
        if (!path.startsWith('/jwks')) return false
        response.setHeader('content-type', 'application/json').end(keys)
        return true
      }
    },
  }
  await issuer.start()
  owner.after(() => issuer.stop())
  return issuer
}

function newKey(): Record<string, unknown> {
  return { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'the-key' }
}
