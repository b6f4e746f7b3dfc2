import { Type } from 'typebox'
import type { Static } from 'typebox'
import { names, nullable, object, time } from './api-schema.ts'

// Who may come in: what the paths of accounts, sessions, tokens and the audit log take and answer.

/** From the least to the most; each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = typeof ROLES[number]

export const PASSWORD_LENGTH = { least: 12, most: 256 } as const
/** Small letters, so that nobody can be taken for somebody else by a capital. */
export const ACCOUNT_NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/
export const ACCOUNT_NAME_RULE = 'a small letter or a digit, then small letters, digits and . _ @ -, 64 at most'

const role = names(ROLES, 'viewer: reads; operator: acts on alarms; admin: everything')
const accountName = Type.String({ pattern: ACCOUNT_NAME.source, description: ACCOUNT_NAME_RULE })

// POST /api/login, GET /api/session

export const loginSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  password: Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH.most }),
}, { additionalProperties: false, title: 'Login' })

export const sessionSchema = object({
  account: nullable(Type.String({ description: 'who is logged in; null: nobody' })),
  role: nullable(names(ROLES, 'of the account or the token; null: nobody is logged in')),
  may: object({
    read: Type.Boolean({ description: 'see the plant' }),
    operate: Type.Boolean({ description: 'act on alarms' }),
    administer: Type.Boolean({ description: 'accounts, tokens and the audit log' }),
  }, 'May'),
  accounts: Type.Boolean({ description: 'there is at least one account, so somebody can log in' }),
  single_sign_on: nullable(object({
    label: Type.String({ description: 'what the button says' }),
    url: Type.String({ description: 'where it leads; a page to come back to may be added as `?to=`' }),
  }, 'SingleSignOn')),
  demo: Type.Boolean({ description: 'this is a demonstration: /api/demo is there' }),
  ends_at: nullable(time('the session ends then at the latest; 15 minutes after the last request otherwise')),
}, 'Session')
export type Session = Static<typeof sessionSchema>

// GET /api/login/oidc and its callback

/** Why nobody is logged in; the page is told by `?login=`. */
export const SIGN_ON_PROBLEMS = ['no-role', 'disabled', 'cancelled', 'failed', 'unavailable', 'busy', 'later'] as const
export type SignOnProblem = typeof SIGN_ON_PROBLEMS[number]

// GET, POST /api/accounts, PATCH /api/accounts/:name

export const accountSchema = object({
  name: accountName,
  role,
  disabled: Type.Boolean({ description: 'it can not log in' }),
  single_sign_on: Type.Boolean({ description: 'it logs in by the OpenID Connect provider, which says its role, and not by a password' }),
  created_at: time('when it was made'),
  changed_at: time('when its role, its password or its state last changed'),
}, 'Account')
export type Account = Static<typeof accountSchema>
export const accountsSchema = Type.Array(accountSchema)

export const newAccountSchema = Type.Object({
  name: accountName, role,
  password: Type.String({ minLength: PASSWORD_LENGTH.least, maxLength: PASSWORD_LENGTH.most }),
}, { additionalProperties: false, title: 'NewAccount' })

export const accountChangeSchema = Type.Object({
  disabled: Type.Boolean({ description: 'true ends its sessions and tokens' }),
}, { additionalProperties: false, title: 'AccountChange' })

// GET, POST /api/tokens, DELETE /api/tokens/:id

export const apiTokenSchema = object({
  id: Type.Integer(),
  name: Type.String({ description: 'what it is for' }),
  account: Type.String({ description: 'whose it is; when that account is disabled the token is too' }),
  role,
  created_at: time('when it was made'),
  expires_at: time('not taken from then on'),
  revoked_at: nullable(time('not taken from then on; null: in use')),
}, 'ApiToken')
export type ApiToken = Static<typeof apiTokenSchema>
export const apiTokensSchema = Type.Array(apiTokenSchema)

export const newTokenSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64, description: 'what it is for' }),
  role,
  days: Type.Integer({ minimum: 1, maximum: 366, description: 'how long it is taken' }),
}, { additionalProperties: false, title: 'NewToken' })

export const createdTokenSchema = object({
  id: Type.Integer(),
  token: Type.String({ description: 'shown only now; send it as `Authorization: Bearer …`' }),
  expires_at: time('not taken from then on'),
}, 'CreatedToken')

// GET /api/audit

export const AUDIT_OUTCOMES = ['done', 'refused'] as const
export const auditEntrySchema = object({
  id: Type.Integer({ description: 'rises with every entry' }),
  at: time('when'),
  actor: nullable(Type.String({ description: 'account; null: nobody was logged in, or a command of the machine itself' })),
  action: Type.String({ description: 'login, logout, account.create …' }),
  target: nullable(Type.String({ description: 'what it was done to' })),
  address: nullable(Type.String({ description: 'where the request came from; null: a command' })),
  outcome: names(AUDIT_OUTCOMES, 'whether it was done'),
  detail: nullable(Type.String({ description: 'what was changed, or why it was refused' })),
}, 'AuditEntry')
export type AuditEntry = Static<typeof auditEntrySchema>
export const auditSchema = object({
  entries: Type.Array(auditEntrySchema, { description: 'newest first' }),
  before: nullable(Type.Integer({ description: 'give it as `before` to go on; null: there are no older ones' })),
}, 'Audit')
export type Audit = Static<typeof auditSchema>
