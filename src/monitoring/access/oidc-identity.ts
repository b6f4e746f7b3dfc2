import { createHash } from 'node:crypto'
import { ACCOUNT_NAME, ROLES } from '../../contract/access-api.ts'
import type { Role } from '../../contract/access-api.ts'
import type { OidcConfig } from './oidc-config.ts'

/** What a provider says of somebody: of the ID token, and of the userinfo endpoint. */
export interface Claims {
  readonly iss: string
  readonly sub: string
  readonly [name: string]: unknown
}

/** The highest role that a claim gives; null: none. */
export function roleOf(claims: Claims, { roleClaim, roleValues }: Pick<OidcConfig, 'roleClaim' | 'roleValues'>): Role | null {
  const given = [claims[roleClaim]].flat()
  return ROLES.findLast((role) => roleValues[role].some((value) => given.includes(value))) ?? null
}

const LONGEST = 64

/**
 * Names for a new account, by the rule for names: the second one where the first is somebody else's. They are there to be read, and prove
 * nothing, as people may choose what they are made of; who it is say `iss` and `sub`.
 */
export function namesOf({ iss, sub, preferred_username: username, email }: Claims): readonly [string, string] {
  const mark = createHash('sha256').update(JSON.stringify([iss, sub])).digest('hex').slice(0, 8)
  const name = [username, email].filter((each) => typeof each === 'string').map(asName).find((each) => ACCOUNT_NAME.test(each)) ?? 'sso'
  return [name, `${name.slice(0, LONGEST - mark.length - 1)}-${mark}`]
}

function asName(text: string): string {
  // Letters without their marks: jörg becomes jorg.
  const plain = text.trim().normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.replace(/[^a-z0-9._@-]+/g, '-').replace(/^[^a-z0-9]+/, '').slice(0, LONGEST)
}
