// What a sensor is, apart from what it measures.

/** `inactive`: no readings come, as its own rhythm lets one expect. `decommissioned`: it is out of the plant. */
export const SENSOR_STATUSES = ['active', 'inactive', 'decommissioned'] as const

/** What people do to a sensor. */
export const SENSOR_EVENTS = ['renamed', 'replaced', 'decommissioned', 'recommissioned'] as const
export type SensorEvent = typeof SENSOR_EVENTS[number]
