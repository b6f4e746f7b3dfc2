import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ExitError } from '../../runtime/errors.ts'

/** The account that PostgreSQL runs as when we are root: as root it refuses to run. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

export interface PostgresPlace {
  /** Data, and the programs where they have to be copied, go below it. It need not exist. */
  readonly base: string
  /** Undefined: we aren't root, and it runs as we do. */
  readonly account: Account | undefined
}

/** For root, when the account can't enter FACTORY_HOME, as in /root. */
export const SHARED_BASE = '/var/lib/factory-monitoring'

/** The first that exists; the second is macOS's. */
const ACCOUNTS = ['postgres', '_postgres', 'nobody']

/**
 * Where PostgreSQL lives. An ordinary user: in `factoryHome`. Root: there too if the account can enter it, else in a folder of
 * `/var/lib/factory-monitoring`. Changes nothing. Throws an `ExitError` when there is no account for it.
 */
export function postgresPlace(factoryHome: string): PostgresPlace {
  const home = resolve(factoryHome)
  if (process.getuid?.() !== 0) return { base: join(home, 'postgres'), account: undefined }
  const account = findAccount()
  if (account === undefined) {
    throw new ExitError(`PostgreSQL refuses to run as root, and none of the accounts ${ACCOUNTS.join(', ')} exists; `
      + 'make one (`useradd --system postgres`), run this as an ordinary user, or set DATABASE_URL to an existing server')
  }
  return canEnter(home, account) ? { base: join(home, 'postgres'), account } : { base: sharedBase(home), account }
}

/** Makes the folder of the place so that the account can enter it, whatever our umask is. */
export async function makeBase({ base, account }: PostgresPlace): Promise<void> {
  const first = await mkdir(base, { recursive: true })
  if (account === undefined || first === undefined) return
  for (let path = base; path.length >= first.length; path = dirname(path)) await chmod(path, 0o755)
}

export function sharedBase(home: string): string {
  return join(SHARED_BASE, createHash('sha256').update(home).digest('hex').slice(0, 12))
}

/** Whether the account may go through the folder and all above it. Folders that don't exist yet will be made by us, open. */
export function canEnter(folder: string, account: Pick<Account, 'uid' | 'gid'>): boolean {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat !== undefined && !mayEnter(stat, account)) return false
    if (path === dirname(path)) return true
  }
}

/** The execute bit of owner, group or others, whichever the account is to this folder. */
export function mayEnter(
  stat: { readonly mode: number, readonly uid: number, readonly gid: number }, account: Pick<Account, 'uid' | 'gid'>,
): boolean {
  const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001
  return (stat.mode & bit) !== 0
}

function findAccount(): Account | undefined {
  for (const name of ACCOUNTS) {
    try {
      const id = (what: string): number =>
        Number(execFileSync('id', [what, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
      // Unsigned: `nobody` is -2 on macOS.
      return { name, uid: id('-u') >>> 0, gid: id('-g') >>> 0 }
    } catch {
      // There is no such account.
    }
  }
  return undefined
}
