/** What one step of the run (a command, or one test file) came to. */
export interface Outcome {
  readonly passed: number
  readonly failures: readonly Failure[]
  /** Full names of the tests that were skipped and may be. */
  readonly skipped: readonly string[]
  readonly seconds: number
  /** Lines that the tests want to be seen although they passed: measured figures. */
  readonly notes: readonly string[]
}

export interface Failure {
  /** The file, and the test in it: `test/unit/x.test.ts > reads > a boundary`. */
  readonly where: string
  /** All that is known: the error with its stack, then what the process printed. */
  readonly text: string
}

/** The last line of a run: `12 passed, 0 failed`, and `, 1 skipped` only when there is one. */
export function summaryLine(outcomes: readonly Outcome[]): string {
  const passed = sum(outcomes.map((outcome) => outcome.passed))
  const failed = sum(outcomes.map((outcome) => outcome.failures.length))
  const skipped = sum(outcomes.map((outcome) => outcome.skipped.length))
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

export function failedOutcome(where: string, text: string, seconds = 0): Outcome {
  return { passed: 0, failures: [{ where, text }], skipped: [], seconds, notes: [] }
}
