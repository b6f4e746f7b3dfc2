import { ROLES } from '../../contract/access-api.ts'
import type { Role } from '../../contract/access-api.ts'

/**
 * The least role that a route asks for. `everybody`: also while reading needs a login, for what tells nothing of the plant. `demo`: no role
 * at all, also not an admin's, but the token of a demonstration, which allows nothing else.
 */
export type Least = 'everybody' | 'demo' | Role

/**
 * Who may do what: every route of the service, by method and path. A route that isn't here fails the start, so that none is open because
 * nobody thought of it. HEAD is as GET.
 */
export const ROUTE_ACCESS: Readonly<Record<string, Least>> = {
  // The pages and their files hold no figure; without them nobody could log in.
  'GET /': 'everybody',
  'GET /alarms': 'everybody',
  'GET /sensors': 'everybody',
  'GET /kafka': 'everybody',
  'GET /*': 'everybody',
  // The description of the API is in the source too.
  'GET /openapi.json': 'everybody',
  'GET /docs': 'everybody',
  'GET /docs/': 'everybody',
  'GET /docs/*': 'everybody',
  'GET /docs/json': 'everybody',
  'GET /docs/yaml': 'everybody',
  'GET /docs/static/index.html': 'everybody',
  'GET /docs/static/swagger-initializer.js': 'everybody',
  'GET /docs/static/*': 'everybody',
  // For probes, which have no account.
  'GET /health': 'everybody',
  'GET /api/session': 'everybody',
  'POST /api/login': 'everybody',
  'GET /api/login/oidc': 'everybody',
  'GET /api/login/oidc/callback': 'everybody',
  'POST /api/logout': 'everybody',

  'GET /api/system-status': 'viewer',
  'GET /api/consumer-health': 'viewer',
  'GET /api/producer-health': 'viewer',
  'GET /api/partition-assignment': 'viewer',
  'GET /api/real-time-metrics': 'viewer',
  'GET /api/recent-alerts': 'viewer',
  'GET /api/ledger': 'viewer',
  'GET /api/stream': 'viewer',
  'GET /api/sensors': 'viewer',
  'GET /api/sensors/:id': 'viewer',
  'GET /api/sensors/:id/history': 'viewer',
  'GET /api/machines': 'viewer',
  'GET /api/export': 'viewer',
  'GET /api/alarms': 'viewer',
  'GET /api/alarms/:id': 'viewer',
  'GET /api/alarm-scorecard': 'viewer',
  'GET /api/alarm-settings': 'viewer',
  'GET /api/calendar': 'viewer',
  'GET /api/kafka/cluster': 'viewer',
  'GET /api/kafka/topics': 'viewer',
  'GET /api/kafka/groups': 'viewer',
  'GET /api/kafka/messages': 'viewer',
  'GET /api/kafka/message': 'viewer',
  'GET /api/kafka/tail': 'viewer',
  'GET /api/kafka/dead-letters': 'viewer',

  'POST /api/alarms/:id/acknowledge': 'operator',
  'POST /api/alarms/:id/reset': 'operator',
  'POST /api/alarms/:id/shelve': 'operator',
  'POST /api/alarms/:id/unshelve': 'operator',
  'POST /api/alarms/:id/out-of-service': 'operator',
  'POST /api/alarms/:id/return-to-service': 'operator',
  'POST /api/alarm-groups/:id/acknowledge': 'operator',
  'POST /api/machines/:id/suppress': 'operator',
  'POST /api/machines/:id/unsuppress': 'operator',
  'PATCH /api/sensors/:id': 'operator',
  'POST /api/sensors/:id/replace': 'operator',
  'POST /api/sensors/:id/decommission': 'operator',
  'POST /api/sensors/:id/recommission': 'operator',
  'PUT /api/alarm-settings': 'operator',
  'POST /api/alarm-settings/undo': 'operator',
  'POST /api/what-if': 'operator',

  'GET /api/accounts': 'admin',
  'POST /api/accounts': 'admin',
  'PATCH /api/accounts/:name': 'admin',
  'GET /api/tokens': 'admin',
  'POST /api/tokens': 'admin',
  'DELETE /api/tokens/:id': 'admin',
  'GET /api/audit': 'admin',
  'POST /api/kafka/dead-letters/replay': 'admin',

  // Only in a demonstration; else there are no such routes.
  'GET /api/demo': 'viewer',
  'POST /api/demo/session': 'everybody',
  'POST /api/demo/services/:name/kill': 'demo',
  'POST /api/demo/services/:name/revive': 'demo',
}

/** As a route is named in the table. */
export function routeName(method: string, path: string): string {
  return `${method === 'HEAD' ? 'GET' : method} ${path}`
}

/** Whether somebody with this role may do what asks for that one; null is nobody. */
export function mayDo(role: Role | null, least: Least): boolean {
  return least === 'everybody' || (least !== 'demo' && role !== null && ROLES.indexOf(role) >= ROLES.indexOf(least))
}

/** The lesser of two roles. */
export function lesser(one: Role, other: Role): Role {
  return mayDo(one, other) ? other : one
}
