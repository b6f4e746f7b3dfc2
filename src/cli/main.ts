import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Before anything else is loaded: it saves a third of the time of a short command.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url)))
// Whoever reads our output has seen enough, as in `make logs | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
const { runCommand } = await import('./run-command.ts')
process.exitCode = await runCommand(process.argv.slice(2), process.env)
