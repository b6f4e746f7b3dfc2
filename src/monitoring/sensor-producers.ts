import type { ProducerHealth } from '../contract/api.ts'
import type { Sensor } from '../contract/history-api.ts'

/** As long as a row of `producer_health` is shown. */
const KNOWN_MS = 7 * 86_400_000

/**
 * The producers that write heartbeats, and each other sensor: a process that makes the readings of thousands has one heartbeat, so what is
 * known of them comes from their readings.
 */
export function listProducers(producers: readonly ProducerHealth[], sensors: readonly Sensor[], nowMs: number): ProducerHealth[] {
  const own = new Set(producers.map(({ producer_id: id }) => id))
  const oldest = new Date(nowMs - KNOWN_MS).toISOString()
  return [...producers, ...sensors.flatMap((sensor): ProducerHealth[] => {
    const { sensor_id: id, newest_at: newest, interval_ms: intervalMs } = sensor
    const status = sensor.sending ? 'active' : 'inactive'
    if (own.has(id) || newest === null || newest < oldest) return []
    const perSecond = status === 'inactive' || intervalMs === null || intervalMs < 1 ? 0 : 1_000 / intervalMs
    return [{
      producer_id: id, sensor_type: sensor.sensor_type, status, last_heartbeat: newest, total_messages_sent: sensor.readings,
      messages_sent_last_minute: Math.round(perSecond * 60), reported_status: status, heartbeat_interval_ms: intervalMs,
      readings_per_second: Math.round(perSecond * 100) / 100, buffered: null, dropped: null,
    }]
  })]
}
