import { DatabaseSync } from 'node:sqlite'

export interface FileLock {
  release(): void
}

const SQLITE_BUSY = 5

/**
 * Takes an exclusive lock, or returns null when another process holds it. The operating system frees it when the process dies, however it
 * dies; Node offers such a lock only by SQLite's. The file's folder must exist.
 */
export function tryLock(file: string): FileLock | null {
  const database = new DatabaseSync(file)
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) return null
    throw error
  }
  return { release: () => database.close() }
}
