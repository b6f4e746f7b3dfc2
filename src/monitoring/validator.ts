import AjvCompiler from '@fastify/ajv-compiler'
import type { FastifySchemaCompiler } from 'fastify'
import type { RouteDefinition } from '@fastify/ajv-compiler'

// A parameter that is misspelt is said, not left out.
const compile = AjvCompiler()
const compileParameters = compile({}, { customOptions: { removeAdditional: false } })
const compileBody = compile({}, { customOptions: { removeAdditional: false, coerceTypes: false } })

/**
 * Fastify's own validator, but a body is taken as it is. What stands in a path is always text, so there `"1"` has to become 1; by the same rule
 * `{"disabled": null}` became false, and let a disabled account in again.
 */
export const compileValidator = ((route: Omit<RouteDefinition, 'httpPart'> & { readonly httpPart?: string }) =>
  (route.httpPart === 'body' ? compileBody : compileParameters)(route)) as FastifySchemaCompiler<unknown>
