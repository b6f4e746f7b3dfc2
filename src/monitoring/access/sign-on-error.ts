import type { SignOnProblem } from '../../contract/access-api.ts'

/** Somebody isn't logged in by the provider. The message is for the audit log and the log, in words of ours alone. */
export class SignOnError extends Error {
  override readonly name = 'SignOnError'
  readonly problem: SignOnProblem

  constructor(problem: SignOnProblem, message: string) {
    super(message)
    this.problem = problem
  }
}
