import {
  AuthorizationResponseError, ClientError, ClientSecretBasic, ClientSecretPost, ResponseBodyError, WWWAuthenticateChallengeError,
  allowInsecureRequests, authorizationCodeGrant, buildAuthorizationUrl, calculatePKCECodeChallenge, customFetch, discovery,
  enableNonRepudiationChecks, fetchUserInfo, randomNonce, randomPKCECodeVerifier, randomState,
} from 'openid-client'
import type { ClientAuth, Configuration, CustomFetch } from 'openid-client'
import { messageOf } from '../../runtime/errors.ts'
import { createGate } from '../gate.ts'
import { CALLBACK_PATH } from './oidc-config.ts'
import type { OidcConfig } from './oidc-config.ts'
import type { Claims } from './oidc-identity.ts'
import { SignOnError } from './sign-on-error.ts'

/** What was sent with somebody to the provider, and has to fit what comes back. */
export interface Checks {
  readonly state: string
  readonly nonce: string
  /** PKCE's; the provider was given only its hash. */
  readonly verifier: string
}

/** Both reject with a `NoProviderError`, and with an `UnavailableError` when too many log in at once. */
export interface OidcProvider {
  /** Where to send somebody, with new checks. */
  begin(): Promise<{ readonly url: string, readonly checks: Checks }>
  /** Who came back, by the query of the callback (`?code=…`). Rejects with a `SignOnError` when what came isn't good. */
  finish(query: string, checks: Checks): Promise<Claims>
}

/** The provider can't be asked, or can't answer. */
export class NoProviderError extends Error {
  override readonly name = 'NoProviderError'
}

/** Of each request to the provider; a login has up to four. */
const TIMEOUT_S = 5
/** Logins on their way at once. */
const AT_ONCE = 20

const ask: CustomFetch = async (url, options) => {
  let response: Response
  try {
    // The types of the library and of Node.js name the same bodies differently.
    response = await fetch(url, options as RequestInit)
  } catch (error) {
    throw new NoProviderError(messageOf(error))
  }
  if (response.status >= 500) throw new NoProviderError(`it answers ${response.status}`)
  return response
}

export function createOidcProvider({ issuer, clientId, clientSecret, scopes, roleClaim, publicUrl }: OidcConfig): OidcProvider {
  const gate = createGate(AT_ONCE, 'too many log in at once; try again')
  const basic = ClientSecretBasic(clientSecret)
  const post = ClientSecretPost(clientSecret)
  // Basic is what OpenID Connect prescribes unless the provider says otherwise.
  const authenticate: ClientAuth = (server, client, body, headers) => {
    const takesBasic = server.token_endpoint_auth_methods_supported?.includes('client_secret_basic') ?? true
    return (takesBasic ? basic : post)(server, client, body, headers)
  }
  const extensions = [
    // Also where TLS says that the ID token comes from the provider.
    enableNonRepudiationChecks,
    // oxlint-disable-next-line typescript/no-deprecated -- marked so that it stands out; the configuration allows it for loopback alone
    ...issuer.protocol === 'http:' ? [allowInsecureRequests] : [],
  ]

  /** Asked at each login: they are few, and so a key that was changed, or an endpoint, needs no restart. */
  async function discover(): Promise<Configuration> {
    try {
      return await discovery(issuer, clientId, undefined, authenticate, { [customFetch]: ask, timeout: TIMEOUT_S, execute: extensions })
    } catch (error) {
      // Whatever it is, nobody can be sent there.
      throw new NoProviderError(`${issuer.href} gives no usable description of itself: ${messageOf(noProviderIn(error) ?? error)}`)
    }
  }

  return {
    begin: () => gate.enter(async () => {
      const provider = await discover()
      const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() }
      const url = buildAuthorizationUrl(provider, {
        redirect_uri: publicUrl + CALLBACK_PATH, scope: scopes, state: checks.state, nonce: checks.nonce,
        code_challenge: await calculatePKCECodeChallenge(checks.verifier), code_challenge_method: 'S256',
      })
      return { url: url.href, checks }
    }),
    finish: (query, { state, nonce, verifier }) => gate.enter(async () => {
      const provider = await discover()
      try {
        const tokens = await authorizationCodeGrant(provider, new URL(publicUrl + CALLBACK_PATH + query), {
          expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true,
        })
        const claims = tokens.claims() as Claims
        // Many providers put only what is short into the ID token.
        const enough = claims[roleClaim] !== undefined && (claims['preferred_username'] ?? claims['email']) !== undefined
        if (enough || provider.serverMetadata().userinfo_endpoint === undefined) return claims
        return { ...await fetchUserInfo(provider, tokens.access_token, claims.sub), ...claims }
      } catch (error) {
        throw explain(error)
      }
    }),
  }
}

/** What to say of a failure of the library's. Unknown ones are given back. */
function explain(error: unknown): unknown {
  const away = noProviderIn(error)
  if (away !== null) return away
  if (error instanceof AuthorizationResponseError) {
    // The codes of the standard are words; what else is said is for developers, and may come from anybody.
    return new SignOnError(error.error === 'access_denied' ? 'cancelled' : 'failed', `the provider says ${codeOf(error.error)}`)
  }
  if (error instanceof ResponseBodyError) return new SignOnError('failed', `the provider refuses with ${codeOf(error.error)}`)
  if (error instanceof WWWAuthenticateChallengeError) return new SignOnError('failed', `the provider refuses with status ${error.status}`)
  // Its cause says which check it was; what is below that may be the provider's text.
  if (error instanceof ClientError) return new SignOnError('failed', error.cause instanceof Error ? error.cause.message : error.message)
  return error
}

function codeOf(error: string): string {
  return /^[a-z_]{1,40}$/.test(error) ? error : 'something that is no code'
}

function noProviderIn(error: unknown): NoProviderError | null {
  if (error instanceof NoProviderError) return error
  return error instanceof Error ? noProviderIn(error.cause) : null
}
