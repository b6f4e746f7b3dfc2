import { Type } from 'typebox'
import type { Static, TSchema } from 'typebox'

// How the schemas of the API are written.

export const time = (description: string) => Type.String({ format: 'date-time', description })
export const count = (description: string) => Type.Integer({ minimum: 0, description })
/** JSON schema's own way to say "or null": `anyOf` would cost the serializer a validation of each value. */
export const nullable = <T extends TSchema>(schema: T) => {
  const { type, enum: values, ...rest } = schema as T & { type: string, enum?: readonly string[] }
  return Type.Unsafe<Static<T> | null>({ ...rest, type: [type, 'null'], ...values === undefined ? {} : { enum: [...values, null] } })
}
export const names = <const T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>({ type: 'string', enum: values, description })
export const object = <T extends Record<string, TSchema>>(properties: T, title: string) => Type.Object(properties, { title })

export const topic = Type.String({ description: 'Kafka topic' })
export const partition = Type.Integer({ minimum: 0, description: 'partition of the topic' })
