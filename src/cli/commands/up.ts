import { startCommand } from '../part-commands.ts'
import { ALL_KINDS } from '../service-kinds.ts'

export const up = startCommand({
  name: 'up', kinds: ALL_KINDS,
  summary: 'Start everything: Kafka, PostgreSQL, producers, consumers and the page',
  runtimes: {
    docker: 'builds the images, `docker compose up`',
    local: 'downloads Kafka and builds the page when they are missing, starts a supervisor and its processes',
  },
  usage: `

Installs, downloads and builds what is missing first. Returns when the first reading made after this start is stored in PostgreSQL.
What runs already is left alone.

Everything runs in containers where a Docker engine answers, else as processes of this machine; RUNTIME=docker or local chooses.

Kafka's brokers listen on KAFKA_PORT_BASE (9092), +2 and +4, without Docker their controllers on +1, +3 and +5; PostgreSQL on POSTGRES_PORT
(5432), the page and the API on MONITORING_PORT (5000), with Docker Kafka UI on KAFKA_UI_PORT (8080). With KAFKA_BROKERS or DATABASE_URL an
existing Kafka or PostgreSQL is used. Without Docker, data, logs and state are in FACTORY_HOME (.factory). All variables: docs/config.md.

DEMO=1 starts a demonstration: it prints a token, good once and for an hour, by which somebody may kill and revive services from the page, and
which the next start with DEMO=1 replaces. What runs without it has to be stopped first; a demonstration goes on until make stop. It is refused
on an address that others reach (MONITORING_HOST, with Docker BIND_ADDRESS).

--since SECONDS  when the start began, as seconds since 1970, for the time that is printed`,
})
