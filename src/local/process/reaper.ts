import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/**
 * Ends what we started when we die, even by kill -9: a shell in a session of its own reads a pipe whose other end only we hold.
 * Process groups are told to it; when the pipe closes it kills all that are still registered.
 */
export interface Reaper {
  /** From now on this process group dies with us. */
  add(groupId: number): void
  remove(groupId: number): void
  /** Kills the groups that are still registered, and ends the reaper. Safe to call twice. */
  close(): Promise<void>
}

// `kill -s KILL -- -id`: dash refuses `kill -9 -- -id`. Signals are ignored, so that Ctrl+C in a terminal can't end the reaper first.
const SCRIPT = `trap "" INT TERM HUP
groups=" "
while read -r op id; do
  case $op in
    +) groups="$groups$id " ;;
    -) groups="\${groups%% $id *} \${groups#* $id }" ;;
  esac
done
for id in $groups; do kill -s KILL -- "-$id"; done`

/** One reaper serves a whole process. It doesn't keep the event loop alive. */
export function startReaper(): Reaper {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/', env: {} })
  const pipe = shell.stdin as Socket
  const ended = new Promise<void>((resolve) => shell.once('close', () => resolve()))
  const groups = new Set<number>()
  // A reaper that somebody killed is only a safety net less; the processes themselves are not affected.
  pipe.on('error', () => undefined)
  shell.on('error', () => undefined)
  shell.unref()
  pipe.unref()
  return {
    add(groupId) {
      if (groups.has(groupId)) return
      groups.add(groupId)
      pipe.write(`+ ${groupId}\n`)
    },
    remove(groupId) {
      if (groups.delete(groupId)) pipe.write(`- ${groupId}\n`)
    },
    async close() {
      groups.clear()
      shell.ref()
      pipe.end()
      await ended
    },
  }
}
