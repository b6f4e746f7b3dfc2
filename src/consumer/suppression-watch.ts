import { wantedSuppressions } from '../alarm/wanted-suppressions.ts'
import type { WantedSuppression } from '../alarm/wanted-suppressions.ts'
import type { Calendar } from '../calendar/calendar.ts'
import { insertAudit } from '../postgres/audit-log.ts'
import { endSuppression, readSuppressions, suppressMachine } from '../postgres/machine-suppression.ts'
import type { SuppressionRow } from '../postgres/machine-suppression.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Client, Pool } from '../postgres/pool.ts'
import { readCauses, readClock, readMachineIds } from '../postgres/suppression-causes.ts'

/** Who does what the calendar's maintenance and groups ask for, in events and in the audit log. */
const CALENDAR = 'calendar'
const MOST_ROWS = 100_000
/** New machines are seldom, and to read them takes some milliseconds. */
const MACHINES_MS = 30_000

/**
 * Begins and ends what suppresses machines as the calendar, the groups' alarms and the time say. Any consumer does it, whichever comes first, each
 * change with its record in a transaction of its own: what one has left undone the next one does. Says how many changes it made.
 */
export function watchSuppressions(pool: Pool, calendar: Calendar): () => Promise<number> {
  const hasPatterns = [...calendar.rules.flatMap(({ machines }) => machines), ...calendar.groups.flatMap(({ suppress }) => suppress)]
    .some((pattern) => pattern.includes('*'))
  let machines: readonly string[] = []
  let readMs = Number.NEGATIVE_INFINITY

  async function knownMachines(): Promise<readonly string[]> {
    if (hasPatterns && performance.now() - readMs >= MACHINES_MS) {
      machines = await readMachineIds(pool)
      readMs = performance.now()
    }
    return machines
  }

  async function change(action: 'machine.suppress' | 'machine.unsuppress', machineId: string, actor: string | null, reason: string,
    act: (client: Client) => Promise<number | null>): Promise<number> {
    return inTransaction(pool, async (client) => {
      const changed = await act(client)
      if (changed === null) return 0
      await insertAudit(client, { actor, action, target: machineId, address: null, outcome: 'done', detail: `${reason} (${changed} alarms)` })
      return 1
    })
  }

  function end(row: SuppressionRow, nowMs: number): Promise<number> {
    const name = row.source === 'operator' ? null : CALENDAR
    const reason = row.source === 'operator' ? 'its time is over' : `${row.name}${row.source === 'calendar' ? ' is over' : ': its cause has cleared'}`
    return change('machine.unsuppress', row.machineId, name, reason, (client) => endSuppression(client, row, { name, reason, nowMs }))
  }

  function begin({ machineId, reason, source, name, untilMs }: WantedSuppression, nowMs: number): Promise<number> {
    return change('machine.suppress', machineId, CALENDAR, reason, (client) => (
      suppressMachine(client, machineId, { name: CALENDAR, reason, nowMs }, { source, name, untilMs })))
  }

  return async () => {
    const nowMs = await readClock(pool)
    const causes = await readCauses(pool, calendar.groups)
    const rows = await readSuppressions(pool, MOST_ROWS)
    // Also the machines of what another consumer began, which may know one that is new.
    const known = [...new Set([...await knownMachines(), ...rows.map(({ machineId }) => machineId)])]
    const wanted = new Map(wantedSuppressions(calendar, nowMs, known, causes).map((each) => [keyOf(each), each]))
    let changes = 0
    for (const row of rows) {
      const isOver = row.untilMs !== null && row.untilMs <= nowMs
      const goesOn = wanted.get(keyOf(row))
      // One maintenance after the other under one name is one; but what was ended by hand ends only the one in which it was.
      if (row.source === 'operator' ? !isOver : goesOn !== undefined && !(row.ended && isOver)) {
        if (goesOn?.untilMs === row.untilMs || row.ended) wanted.delete(keyOf(row))
      } else changes += await end(row, nowMs)
    }
    for (const each of wanted.values()) changes += await begin(each, nowMs)
    return changes
  }
}

function keyOf({ machineId, source, name }: Pick<SuppressionRow, 'machineId' | 'source' | 'name'>): string {
  return JSON.stringify([machineId, source, name])
}
