/** A phase is either commands, which count as one test together, or a folder of `*.test.ts` files. */
export type Phase = CommandPhase | FilesPhase

export interface CommandPhase {
  readonly name: string
  /** Run one after the other; the first that fails ends the phase. The program is looked up in node_modules/.bin. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[]
  readonly timeoutMs: number
}

export interface FilesPhase {
  readonly name: string
  readonly folder: string
  /** Files at once, at most; never more than there are processors. What a file may say near its top: CONTRIBUTING.md, Write a test. */
  readonly filesAtOnce: number
  /** One test may take this long. */
  readonly testTimeoutMs: number
  /** One file may take this long; then its processes are killed and it counts as failed. */
  readonly fileTimeoutMs: number
  /** The files share one Kafka cluster and one PostgreSQL server, see `harness/plant.ts`. */
  readonly sharedPlant: boolean
  /** Run only when it is asked for by its name: it needs what not every machine has. */
  readonly onlyByName?: true
}

export const PHASES: readonly Phase[] = [
  { name: 'lint', commands: [['oxlint', '--type-aware', '--deny-warnings']], timeoutMs: 120_000 },
  { name: 'types', commands: [['tsc', '-p', 'tsconfig.json'], ['tsc', '-p', 'src/dashboard/tsconfig.json']], timeoutMs: 120_000 },
  { name: 'build', commands: [['vite', 'build', 'src/dashboard', '--logLevel', 'warn']], timeoutMs: 120_000 },
  { name: 'tidy', folder: 'test/tidy', filesAtOnce: 8, testTimeoutMs: 20_000, fileTimeoutMs: 40_000, sharedPlant: false },
  { name: 'unit', folder: 'test/unit', filesAtOnce: 8, testTimeoutMs: 30_000, fileTimeoutMs: 60_000, sharedPlant: false },
  // Two: each file has several clients of Kafka and PostgreSQL, and on two processors more at once only made them wait for each other.
  { name: 'integration', folder: 'test/integration', filesAtOnce: 2, testTimeoutMs: 90_000, fileTimeoutMs: 300_000, sharedPlant: true },
  { name: 'e2e', folder: 'test/e2e', filesAtOnce: 2, testTimeoutMs: 120_000, fileTimeoutMs: 240_000, sharedPlant: true },
  { name: 'fault', folder: 'test/fault', filesAtOnce: 1, testTimeoutMs: 240_000, fileTimeoutMs: 300_000, sharedPlant: false },
  // `make test-docker`. The first time, images are pulled and built.
  { name: 'docker', folder: 'test/docker', filesAtOnce: 1, testTimeoutMs: 600_000, fileTimeoutMs: 840_000, sharedPlant: false, onlyByName: true },
]

/** The whole run, which takes a quarter of an hour on two quiet processors; a busy machine gets more. */
export const RUN_TIMEOUT_MS = 25 * 60_000

/**
 * Tests that may be skipped, by their full name, with the reason. Every other skip (and `todo`) is a failure: a test that doesn't run
 * proves nothing. Only for what a machine can't have: another operating system, another account.
 */
export const ALLOWED_SKIPS: ReadonlyMap<string, string> = new Map([
])
