import { ROLES } from '../../contract/access-api.ts'
import type { Role, Session } from '../../contract/access-api.ts'
import { list, text } from '../../runtime/config.ts'
import type { Values, Variable } from '../../runtime/config.ts'
import { ExitError } from '../../runtime/errors.ts'
import { isLoopback } from '../../runtime/loopback.ts'

/** A provider of OpenID Connect, by which people log in. */
export interface OidcConfig {
  readonly issuer: URL
  readonly clientId: string
  readonly clientSecret: string
  /** With spaces between. */
  readonly scopes: string
  /** Its values say the role. */
  readonly roleClaim: string
  /** Which values give which role. */
  readonly roleValues: Readonly<Record<Role, readonly string[]>>
  /** Of the button. */
  readonly label: string
  /** Origin of the page, `https://factory.example`. */
  readonly publicUrl: string
}

export const START_PATH = '/api/login/oidc'
/** As it has to be registered with the provider, below the public URL. */
export const CALLBACK_PATH = '/api/login/oidc/callback'

/** For the page. The address is whole, so that a login begins where it comes back to, whatever name the page was reached by. */
export function buttonOf({ label, publicUrl }: OidcConfig): Session['single_sign_on'] {
  return { label, url: publicUrl + START_PATH }
}

export const oidcVariables = {
  OIDC_ISSUER: address('The address of the OpenID Connect provider, as it names itself in its tokens; https unless it is on this machine.',
    'an address like https://login.example/realms/plant', true),
  OIDC_CLIENT_ID: optional('The name by which the provider knows this service.'),
  OIDC_CLIENT_SECRET: { ...optional('The secret that goes with OIDC_CLIENT_ID.'), secret: true },
  OIDC_SCOPES: text({
    defaultValue: 'openid profile email', pattern: /^(?=.*\bopenid\b)[\x21-\x7e]+( [\x21-\x7e]+)*$/,
    allowed: '"openid" and others, with spaces between', help: 'What the provider is asked for.',
  }),
  OIDC_ROLE_CLAIM: text({
    defaultValue: 'groups', pattern: /^\S+$/, allowed: 'the name of a claim',
    help: 'The claim that says somebody\'s role, a text or a list of them: in the ID token, else of the userinfo endpoint.',
  }),
  OIDC_ADMIN_VALUES: values('admin'),
  OIDC_OPERATOR_VALUES: values('operator'),
  OIDC_VIEWER_VALUES: values('viewer'),
  OIDC_LABEL: text({
    defaultValue: 'Company login', pattern: /^.{1,40}$/u, allowed: 'a text of at most 40 characters',
    help: 'What the button of the login says.',
  }),
  MONITORING_PUBLIC_URL: address(
    'The address by which browsers reach the page. At https the cookies are `Secure`, also where a proxy has the certificate. A provider of '
    + `logins sends them back to it, at \`${CALLBACK_PATH}\`.`, 'an address like https://factory.example, without a path', false),
}

function optional(help: string): Variable<string | null> {
  return { ...text({ help }), defaultValue: null }
}

function address(help: string, allowed: string, path: boolean): Variable<URL | null> {
  return {
    help, allowed, defaultValue: null,
    parse: (value) => {
      const url = URL.canParse(value) ? new URL(value) : null
      const wrong = url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || /[?#]/.test(value)
        || (!path && url.pathname !== '/')
      return wrong ? undefined : url
    },
  }
}

function values(role: Role): Variable<readonly string[]> {
  return list({
    help: `The values of OIDC_ROLE_CLAIM that make an ${role}.`.replace('an viewer', 'a viewer'), allowed: 'texts, with commas between',
    defaultValue: [], defaultText: 'none',
  }, (part) => part !== '')
}

const ISSUER = 'OIDC_ISSUER'
const NEEDED = ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'MONITORING_PUBLIC_URL'] as const
const VALUES = ['OIDC_ADMIN_VALUES', 'OIDC_OPERATOR_VALUES', 'OIDC_VIEWER_VALUES'] as const

/** Null without an issuer. Throws an `ExitError` that names the variable that is missing beside others. */
export function oidcOf(given: Values<typeof oidcVariables>): OidcConfig | null {
  const issuer = given.OIDC_ISSUER
  const roleValues = { viewer: given.OIDC_VIEWER_VALUES, operator: given.OIDC_OPERATOR_VALUES, admin: given.OIDC_ADMIN_VALUES }
  const someRole = ROLES.some((role) => roleValues[role].length > 0)
  if (issuer === null) {
    // The public address is good for more than that.
    const named = ([...NEEDED, ...VALUES] as const).find((name) => name !== 'MONITORING_PUBLIC_URL' && given[name] !== oidcVariables[name].defaultValue)
    if (named !== undefined) throw new ExitError(`${named} is set, but ${ISSUER} is not`)
    return null
  }
  // Whoever is between would hand out the roles.
  if (issuer.protocol === 'http:' && !isLoopback(issuer.hostname)) {
    throw new ExitError(`${ISSUER} is ${JSON.stringify(issuer.href)}; it must be at https, unless it is on this machine`)
  }
  const { OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, MONITORING_PUBLIC_URL: publicUrl } = given
  if (clientId === null || clientSecret === null || publicUrl === null) {
    throw new ExitError(`${ISSUER} is set, but ${NEEDED.find((name) => given[name] === null)} is not`)
  }
  if (!someRole) throw new ExitError(`${ISSUER} is set, but none of ${VALUES.join(', ')} is, so nobody would have a role`)
  return {
    issuer, clientId, clientSecret, roleValues, publicUrl: publicUrl.origin,
    scopes: given.OIDC_SCOPES, roleClaim: given.OIDC_ROLE_CLAIM, label: given.OIDC_LABEL,
  }
}
