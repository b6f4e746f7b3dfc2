import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installSchemathesis } from './python.ts'

const HOOKS = fileURLToPath(new URL('hooks.py', import.meta.url))
/** That what fits the schema is accepted: no schema can say that of some parameters only one may be given. */
const LEFT_OUT = 'positive_data_acceptance'

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly status: number
}

export interface Finding {
  readonly exchanges: readonly Exchange[]
  /** What schemathesis says is wrong; empty: nothing. */
  readonly report: string
}

export interface Run {
  /** Of each request. */
  readonly headers: Readonly<Record<string, string>>
  /** Paths that aren't asked. */
  readonly exclude: readonly string[]
  /** Names and ids that no path is asked with. */
  readonly keep: readonly string[]
  /** Also what follows from the description one by one, which is two thirds of the time; else at random alone. */
  readonly thorough: boolean
  /** For each path, at most so many at random. */
  readonly examples: number
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Has schemathesis ask every path of an API's description with values that fit it and values that don't. Rejects when it can't. */
export async function runSchemathesis(url: string, { headers, exclude, keep, thorough, examples, signal }: Run): Promise<Finding> {
  const python = installSchemathesis()
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'))
  try {
    const har = join(folder, 'report.har')
    const { code, output } = await run(python, [
      // Not its script `st`, which names the folder that it was installed in.
      '-m', 'schemathesis.cli', 'run', `${url}/openapi.json`, '--no-color', '--warnings', 'off', '--checks', 'all', '--exclude-checks', LEFT_OUT, '--continue-on-failure',
      '--phases', thorough ? 'coverage,fuzzing' : 'fuzzing', '--max-examples', String(examples), '--seed', '42', '--generation-database', 'none', '--request-timeout', '15',
      '--report', 'har', '--report-har-path', har,
      ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
      ...exclude.flatMap((path) => ['--exclude-path', path]),
    ], { cwd: folder, signal, env: { ...process.env, SCHEMATHESIS_HOOKS: HOOKS, KEPT: keep.join(','), PYTHONDONTWRITEBYTECODE: '1' } })
    // 1: something is wrong with the API; anything else is wrong with the run.
    if (code !== 0 && code !== 1) throw new Error(`schemathesis ended with ${code}:\n${output}`)
    return { exchanges: readExchanges(readFileSync(har, 'utf8')), report: code === 0 ? '' : output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(program: string, args: readonly string[], options: { cwd: string, env: NodeJS.ProcessEnv, signal: AbortSignal }): Promise<{ code: number | null, output: string }> {
  const child = spawn(program, args, { ...options, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

function readExchanges(har: string): Exchange[] {
  interface Entry { readonly request: { readonly method: string, readonly url: string }, readonly response: { readonly status: number } }
  const { log } = JSON.parse(har) as { readonly log: { readonly entries: readonly Entry[] } }
  return log.entries.map(({ request, response }) => ({ method: request.method, path: new URL(request.url).pathname, status: response.status }))
}
