import type { Cause } from '../alarm/wanted-suppressions.ts'
import type { SuppressionGroup } from '../calendar/calendar.ts'
import type { Queryable } from './pool.ts'

/**
 * The active alarms that the groups name: of each group and machine the first one. One that is out of service is no cause, because nobody
 * believes its sensor; one that is shelved or in maintenance is.
 */
export async function readCauses(db: Queryable, groups: readonly SuppressionGroup[]): Promise<Cause[]> {
  if (groups.length === 0) return []
  const { rows } = await db.query<Cause>(
    `select distinct on (g.place, a.machine_id) g.place - 1 as "group", a.machine_id as "machineId", a.sensor_id as "sensorId", a.rule
     from unnest($1::text[], $2::text[], $3::text[]) with ordinality as g (machine, sensor, rule, place)
     join alarm a on (g.machine is null or a.machine_id like g.machine) and (g.sensor is null or a.sensor_id like g.sensor)
       and (g.rule is null or a.rule = g.rule)
     where a.ended_at is null and a.condition_active and a.state <> 'out_of_service'
     order by g.place, a.machine_id, a.raised_at, a.episode_id`,
    [groups.map(({ when }) => likeOf(when.machine)), groups.map(({ when }) => likeOf(when.sensor)), groups.map(({ when }) => when.rule)])
  return rows
}

/** A pattern of the calendar as `like` reads it. */
function likeOf(pattern: string | null): string | null {
  return pattern === null ? null : pattern.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '%')
}

/** Those that a sensor has named. */
export async function readMachineIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ machineId: string }>(
    `select location ->> 'machine_id' as "machineId" from sensors where location ->> 'machine_id' is not null
     union select location ->> 'machine_id' from sensor_version where location ->> 'machine_id' is not null`)
  return rows.map(({ machineId }) => machineId)
}

/** The database's clock, milliseconds since 1970: by it all who ask agree on when a time is over. */
export async function readClock(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ nowMs: number }>('select (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"')
  return (rows[0] as { nowMs: number }).nowMs
}
