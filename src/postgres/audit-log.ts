import type { Queryable } from './pool.ts'

export interface AuditRecord {
  /** An account's name; null: nobody, or a command. */
  readonly actor: string | null
  readonly action: string
  readonly target: string | null
  /** Null: a command. */
  readonly address: string | null
  readonly outcome: 'done' | 'refused'
  readonly detail: string | null
}

export interface AuditRow extends AuditRecord {
  readonly auditId: number
  readonly occurredAt: Date
}

/** To be called in the transaction of the change that it tells of, so that there is neither without the other. */
export async function insertAudit(db: Queryable, { actor, action, target, address, outcome, detail }: AuditRecord): Promise<void> {
  await db.query('insert into audit_log (actor, action, target, address, outcome, detail) values ($1, $2, $3, $4, $5, $6)',
    [actor, action, target, address, outcome, detail])
}

/** Of what is no change of the database, and was done before the database could be told. */
export async function insertLateAudit(db: Queryable, occurredAt: Date, { actor, action, target, address, outcome, detail }: AuditRecord): Promise<void> {
  await db.query('insert into audit_log (occurred_at, actor, action, target, address, outcome, detail) values ($1, $2, $3, $4, $5, $6, $7)',
    [occurredAt, actor, action, target, address, outcome, detail])
}

/** Newest first; those below `before`, where that isn't null. */
export async function readAudit(db: Queryable, before: number | null, most: number): Promise<AuditRow[]> {
  const { rows } = await db.query<AuditRow>(`
    select audit_id as "auditId", occurred_at as "occurredAt", actor, action, target, address, outcome, detail
    from audit_log where $1::bigint is null or audit_id < $1 order by audit_id desc limit $2`, [before, most])
  return rows
}
