import { migrate } from './migrate.ts'

const UNDEFINED_TABLE = '42P01'

/** For those that may be all that is started of the system: where the tables aren't there yet they are made, and the work is done again. */
export async function whenMigrated<T>(databaseUrl: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNDEFINED_TABLE) throw error
    await migrate(databaseUrl)
    return work()
  }
}
