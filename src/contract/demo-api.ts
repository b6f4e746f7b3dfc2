import { Type } from 'typebox'
import type { Static } from 'typebox'
import { names, object } from './api-schema.ts'

// The demonstration, in which the holder of a token kills and revives services from the page: what its paths take and answer.

export const DEMO_STATES = ['stopped', 'starting', 'running', 'stopping', 'restarting', 'failed', 'killed'] as const

export const demoServiceSchema = object({
  name: Type.String({ description: 'as `make status` names it' }),
  state: names(DEMO_STATES, 'killed: by hand, until it is revived; failed: `make status` says why'),
}, 'DemoService')
export type DemoService = Static<typeof demoServiceSchema>

// GET /api/demo, POST /api/demo/services/:name/kill, POST /api/demo/services/:name/revive

export const demoSchema = object({
  may: Type.Boolean({ description: 'who asks may kill and revive' }),
  services: Type.Array(demoServiceSchema, { description: 'those that may be killed' }),
}, 'Demo')
export type Demo = Static<typeof demoSchema>

// POST /api/demo/session

export const demoSessionSchema = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 200, description: 'printed by `make all DEMO=1`' }),
}, { additionalProperties: false, title: 'DemoSession' })
