import type { DemoRunner } from '../../demo/demo-server.ts'
import type { System } from './system.ts'

/** What the page of a demonstration may do with a local run. */
export function demoRunner(system: System): DemoRunner {
  return {
    list: async () => system.states(),
    kill: (name) => system.kill([name]),
    // As it was started last: the page has no variables to give.
    revive: (name) => system.start([name], { env: null, revive: true }, () => undefined),
  }
}
