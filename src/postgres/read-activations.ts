import type { Activation } from '../alarm/scorecard.ts'
import { CLEARS } from './alarm-events.ts'
import { timeOf } from './alarm-rows.ts'
import type { Queryable } from './pool.ts'

/**
 * What was announced as raised from `fromMs` up to `toMs`, and what stood then, each with when its condition had cleared; at most `most` of
 * each, the newest. Of what was raised again in one episode each time counts.
 */
export async function readActivations(db: Queryable, fromMs: number, toMs: number, most: number): Promise<Activation[]> {
  const { rows } = await db.query<Activation>(
    `select a.sensor_id as "sensorId", a.rule, a.priority, (extract(epoch from e.occurred_at) * 1000)::float8 as "raisedMs",
       (extract(epoch from c.occurred_at) * 1000)::float8 as "clearedMs"
     from (select * from alarm_event where transition = 'raised' and announced and occurred_at >= $1 and occurred_at < $2
           order by occurred_at desc limit $3) as e
     join alarm a on a.episode_id = e.episode_id
     left join lateral (
       select occurred_at from alarm_event l where l.episode_id = e.episode_id and l.event_id > e.event_id and l.transition = any($4)
       order by l.event_id limit 1) as c on true`,
    [timeOf(fromMs), timeOf(toMs), most, CLEARS])
  const { rows: standing } = await db.query<Activation>(
    `select sensor_id as "sensorId", rule, priority, (extract(epoch from raised_at) * 1000)::float8 as "raisedMs",
       (extract(epoch from cleared_at) * 1000)::float8 as "clearedMs"
     from alarm where raised_at < $1 and ended_at is null and state in ('unacknowledged', 'acknowledged') order by raised_at desc limit $2`,
    [timeOf(fromMs), most])
  return [...standing, ...rows]
}
