import { coloured, print } from '../terminal.ts'
import type { CheckResult } from './check-run.ts'

/** `  ok      Kafka       kafka1 (127.0.0.1:9092)           answers in 3 ms` */
export function printResult(result: CheckResult): void {
  const [verdict, style] = result.ok ? ['ok    ', 'green'] as const : isUnchecked(result) ? ['-     ', 'yellow'] as const : ['FAILED', 'red'] as const
  print(`  ${coloured(style, verdict)}  ${result.group.padEnd(10)}  ${result.name.padEnd(30)}  ${result.detail}`)
}

/** The last line: how many passed, or which failed. */
export function conclusion(results: readonly CheckResult[], seconds: number): string {
  const failed = results.filter(({ ok }) => !ok)
  if (failed.length === 0) return `All ${results.length} checks passed in ${seconds.toFixed(1)} s`
  const seen = failed.filter((result) => !isUnchecked(result))
  const unchecked = failed.length - seen.length
  const names = seen.map(({ group, name }) => `${group} ${name}`).join('; ')
  return [`${failed.length} of ${results.length} checks failed: ${names}`, ...unchecked === 0 ? [] : [`${unchecked} not checked`]].join('; ')
}

function isUnchecked({ ok, detail }: CheckResult): boolean {
  return !ok && detail.startsWith('not checked: ')
}
