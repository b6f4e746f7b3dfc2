import type { Pool } from '../../src/postgres/pool.ts'

/** One table or index that a plan reads. */
export interface PlanScan {
  readonly kind: string
  /** Undefined for a bitmap of an index: its table is in another scan. */
  readonly table: string | undefined
  readonly index: string | undefined
}

/** Every table and index that the statements of some work read, by their plans. */
export interface ExplainedPlans {
  /** To be given to the work instead of the pool; runs what it is given, and has it explained before, with the very text and values. */
  readonly pool: Pool
  readonly scans: PlanScan[]
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}

const EXPLAINABLE = /^\s*(select|with|insert|update|declare)\b/i

export function explainPlans(pool: Pool): ExplainedPlans {
  const scans: PlanScan[] = []

  /** The same client or pool, whose `query` explains first. */
  function explaining<T extends Pick<Pool, 'query'>>(target: T): T {
    return new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name)
        if (name === 'query') return async (text: string, values?: unknown[]) => {
          if (typeof text === 'string' && EXPLAINABLE.test(text)) await explain(object, text, values)
          return object.query(text, values)
        }
        if (name === 'connect') return async () => explaining(await (object as unknown as Pool).connect())
        return typeof value === 'function' ? value.bind(object) : value
      },
    })
  }

  async function explain(target: Pick<Pool, 'query'>, text: string, values: unknown[] | undefined): Promise<void> {
    const { rows } = await target.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(`explain (format json) ${text}`, values)
    for (const { Plan: plan } of rows[0]?.['QUERY PLAN'] ?? []) collect(plan)
  }

  function collect(node: PlanNode): void {
    const { 'Node Type': kind, 'Relation Name': table, 'Index Name': index } = node
    // What a statement writes to is no scan.
    if (kind !== 'ModifyTable' && (table !== undefined || index !== undefined)) scans.push({ kind, table, index })
    for (const child of node.Plans ?? []) collect(child)
  }

  return { pool: explaining(pool), scans }
}
