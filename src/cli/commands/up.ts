import { ALL_KINDS, bringUp } from '../bring-up.ts'
import type { Command } from '../command.ts'
import { startTime } from '../start-time.ts'

export const up: Command = {
  name: 'up',
  summary: 'Start everything: Kafka, PostgreSQL, producers, consumers and the page',
  usage: `[--since SECONDS]

Installs, downloads and builds what is missing first. Returns when the first reading made after this start is stored in PostgreSQL.
What runs already is left alone.

Kafka's brokers listen on KAFKA_PORT_BASE (9092), +2 and +4, their controllers on +1, +3 and +5; PostgreSQL on POSTGRES_PORT (5432), the
page and the API on MONITORING_PORT (5000). With KAFKA_BROKERS or DATABASE_URL an existing Kafka or PostgreSQL is used. Data, logs and
state are in FACTORY_HOME (.factory). All variables: docs/config.md.

--since SECONDS  when the start began, as seconds since 1970, for the time that is printed`,
  run: (args, env) => bringUp({ kinds: ALL_KINDS, startedAtMs: startTime(args) }, env),
}
