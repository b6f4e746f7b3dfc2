import type { StreamData, StreamHeartbeat, StreamSection } from '../contract/stream.ts'

/** All that the page shows. Times are milliseconds since 1970 by the service's clock. */
export interface DashboardState {
  readonly connection: Connection
  /** What of each section came last; a section is absent until its first event. */
  readonly sections: Readonly<Partial<StreamData>>
  /** The service's clock less the browser's, milliseconds. */
  readonly clockOffsetMs: number
  /** When a section other than `health` last came; null: not yet. */
  readonly dataAt: number | null
  /** The newest change of owner of each partition that was seen, by partition. */
  readonly moves: ReadonlyMap<number, Move>
  /** The place of each consumer in the row of consumer colours; kept for as long as the page is open. */
  readonly colours: ReadonlyMap<string, number>
}

export interface Connection {
  /** `lost`: there is no connection, or it is silent; it is being tried again. */
  readonly phase: 'connecting' | 'live' | 'lost'
  /** Begin of the phase. */
  readonly since: number
}

export interface Move {
  readonly from: string | null
  readonly to: string | null
  readonly at: number
}

export function initialState(browserNow: number): DashboardState {
  return {
    connection: { phase: 'connecting', since: browserNow },
    sections: {}, clockOffsetMs: 0, dataAt: null, moves: new Map(), colours: new Map(),
  }
}

/** The service's clock, as far as the page knows it. */
export function serviceNow(state: DashboardState, browserNow: number): number {
  return browserNow + state.clockOffsetMs
}

export function withHeartbeat(state: DashboardState, heartbeat: StreamHeartbeat, browserNow: number): DashboardState {
  return { ...live(state, browserNow), clockOffsetMs: Date.parse(heartbeat.timestamp) - browserNow }
}

export function withSection<S extends StreamSection>(
  state: DashboardState, section: S, data: StreamData[S], browserNow: number,
): DashboardState {
  const now = serviceNow(state, browserNow)
  const next = { ...live(state, browserNow), sections: { ...state.sections, [section]: data } }
  if (section === 'health') return next
  const moves = section === 'partitions' ? seenMoves(state, next.sections.partitions, now) : state.moves
  return { ...next, dataAt: now, moves, colours: assignedColours(state.colours, consumerIds(next.sections)) }
}

export function withConnectionLost(state: DashboardState, browserNow: number): DashboardState {
  if (state.connection.phase === 'lost') return state
  return { ...state, connection: { phase: 'lost', since: serviceNow(state, browserNow) } }
}

function live(state: DashboardState, browserNow: number): DashboardState {
  if (state.connection.phase === 'live') return state
  return { ...state, connection: { phase: 'live', since: serviceNow(state, browserNow) } }
}

/** Why what the page shows may be old, or null when it is current. */
export function staleness(state: DashboardState): 'connecting' | 'connection lost' | 'database down' | null {
  if (state.connection.phase === 'lost') return 'connection lost'
  if (state.sections.health?.status === 'unhealthy') return 'database down'
  return state.connection.phase === 'connecting' ? 'connecting' : null
}

/** The moment that ages are counted to: it stands still while nothing new comes, as nothing is known of the time since. */
export function shownNow(state: DashboardState, browserNow: number): number {
  return staleness(state) === null ? serviceNow(state, browserNow) : (state.dataAt ?? serviceNow(state, browserNow))
}

function seenMoves(state: DashboardState, partitions: StreamData['partitions'] | undefined, now: number): ReadonlyMap<number, Move> {
  const before = state.sections.partitions
  if (before === undefined || partitions === undefined) return state.moves
  const moves = new Map(state.moves)
  for (const { partition, owner } of partitions.partitions) {
    const from = before.partitions.find((other) => other.partition === partition)?.owner
    if (from !== undefined && from !== owner) moves.set(partition, { from: moveOrigin(moves.get(partition), from), to: owner, at: now })
  }
  return moves
}

/** A partition that was nobody's for a moment has moved from the one who held it before. */
function moveOrigin(last: Move | undefined, from: string | null): string | null {
  return from === null && last?.to === null ? last.from : from
}

function consumerIds(sections: Partial<StreamData>): string[] {
  const owners = sections.partitions?.partitions.flatMap(({ owner }) => owner ?? []) ?? []
  return [...new Set([...(sections.consumers ?? []).map((consumer) => consumer.consumer_id), ...owners])].sort()
}

/** Gives each new consumer the next free place, in order of their names. */
export function assignedColours(colours: ReadonlyMap<string, number>, ids: readonly string[]): ReadonlyMap<string, number> {
  const unknown = ids.filter((id) => !colours.has(id))
  if (unknown.length === 0) return colours
  return new Map([...colours, ...unknown.map((id, index) => [id, colours.size + index] as const)])
}
