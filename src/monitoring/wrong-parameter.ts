import type { FastifySchemaValidationError } from 'fastify/types/schema.js'

/** `limit must be <= 500`, where the validator's own words are `querystring/limit must be <= 500`. */
export function describeWrongParameter(errors: readonly FastifySchemaValidationError[]): Error {
  const [error] = errors
  const { additionalProperty, missingProperty } = error?.params ?? {}
  if (typeof additionalProperty === 'string') return new Error(`there is no parameter "${additionalProperty}" here`)
  if (typeof missingProperty === 'string') return new Error(`the parameter ${missingProperty} is missing`)
  return new Error(`${error?.instancePath.slice(1) ?? ''} ${error?.message ?? 'is not allowed'}`.trim())
}
