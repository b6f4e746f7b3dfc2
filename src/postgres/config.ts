import { databaseUrl } from '../runtime/config.ts'

/** The variables of every process that uses PostgreSQL. */
export const postgresVariables = {
  DATABASE_URL: databaseUrl({
    defaultValue: 'postgresql://factory_user:factory_pass@postgres:5432/factory_monitoring',
    help: 'The PostgreSQL database, version 15 or later.',
  }),
}
