import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printSchema } from '../harness/print-schema.ts'
import { SERVER_VARIABLE, TEMPLATE, databaseUrlOf, startDatabaseServer } from '../harness/servers.ts'
import { commandDocs } from './command-docs.ts'
import { configDocs } from './config-docs.ts'
import { ROOT } from './project-files.ts'

/** `npm run docs`: writes the files that are generated from the code. */
write('docs/config.md', await configDocs())
write('docs/commands.md', await commandDocs())
write('src/postgres/schema.sql', await migratedSchema())

function write(path: string, text: string): void {
  mkdirSync(join(ROOT, path, '..'), { recursive: true })
  writeFileSync(join(ROOT, path), text)
  console.log(`wrote ${path}`)
}

async function migratedSchema(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'factory-docs-'))
  await chmod(folder, 0o755)
  const server = await startDatabaseServer(join(folder, 'postgres'))
  try {
    return await printSchema(databaseUrlOf(server.env[SERVER_VARIABLE] ?? '', TEMPLATE))
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
