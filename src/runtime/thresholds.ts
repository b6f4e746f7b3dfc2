import { decimal } from './config.ts'
import type { Values, Variable } from './config.ts'
import { ExitError } from './errors.ts'

/** What the environment says of one sensor type's limits, in its unit; null where it says nothing. */
export interface ThresholdOverride {
  readonly warning: number | null
  readonly critical: number | null
}

export type ThresholdVariables<Type extends string> = {
  readonly [Name in `${Uppercase<Type>}_${'WARNING' | 'CRITICAL'}_THRESHOLD`]: Variable<number | null>
}

type Limits<Type extends string> = Readonly<Record<Type, { readonly warning: number, readonly critical: number, readonly unit: string }>>

/** `TEMPERATURE_WARNING_THRESHOLD`, `TEMPERATURE_CRITICAL_THRESHOLD` and so on for every type of the table given. */
export function thresholdVariables<Type extends string>(types: Limits<Type>): ThresholdVariables<Type> {
  const variables: Record<string, Variable<number | null>> = {}
  for (const [type, { warning, critical, unit }] of Object.entries(types) as [Type, Limits<Type>[Type]][]) {
    variables[variableName(type, 'WARNING')] = threshold(`A reading of type ${type} at or above it is a warning, in ${unit}.`, warning)
    variables[variableName(type, 'CRITICAL')] = threshold(`A reading of type ${type} at or above it is critical, in ${unit}.`, critical)
  }
  return variables as ThresholdVariables<Type>
}

/**
 * The limits that the environment sets, by type. Throws an `ExitError` when a type's warning would be above its critical limit;
 * where only one of the two is set, the other is the table's.
 */
export function thresholdOverrides<Type extends string>(
  types: Limits<Type>, values: Values<ThresholdVariables<Type>>,
): Record<Type, ThresholdOverride> {
  const given = values as Readonly<Record<string, number | null>>
  const overrides: Partial<Record<Type, ThresholdOverride>> = {}
  for (const [type, table] of Object.entries(types) as [Type, Limits<Type>[Type]][]) {
    const override = { warning: given[variableName(type, 'WARNING')] ?? null, critical: given[variableName(type, 'CRITICAL')] ?? null }
    requireOrder(type, override, table)
    overrides[type] = override
  }
  return overrides as Record<Type, ThresholdOverride>
}

/** What holds for a reading: the sensor's own limits, else the environment's, else those that it came with, else the table's. */
export function effectiveThresholds(
  own: ThresholdOverride, environment: ThresholdOverride, sent: ThresholdOverride, table: { readonly warning: number, readonly critical: number },
): { warning: number, critical: number } {
  return {
    warning: own.warning ?? environment.warning ?? sent.warning ?? table.warning,
    critical: own.critical ?? environment.critical ?? sent.critical ?? table.critical,
  }
}

function requireOrder(type: string, override: ThresholdOverride, table: { readonly warning: number, readonly critical: number }): void {
  const warning = override.warning ?? table.warning
  const critical = override.critical ?? table.critical
  if (warning <= critical) return
  const [wrong, other] = override.warning === null ? ['CRITICAL', 'WARNING'] as const : ['WARNING', 'CRITICAL'] as const
  throw new ExitError(`${variableName(type, wrong)} is "${wrong === 'WARNING' ? warning : critical}"; it must be `
    + `${wrong === 'WARNING' ? 'at most' : 'at least'} ${variableName(type, other)}, ${wrong === 'WARNING' ? critical : warning}`)
}

function variableName(type: string, limit: 'WARNING' | 'CRITICAL'): string {
  return `${type.toUpperCase()}_${limit}_THRESHOLD`
}

function threshold(help: string, tableValue: number): Variable<number | null> {
  // Not set is not the same as set to the table's value: the former leaves a reading's own limits alone.
  return { ...decimal({ help, min: -1e15, max: 1e15 }), defaultValue: null, defaultText: String(tableValue) }
}
