import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runScenario } from './scenario.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' }, rate: { type: 'string', default: '2000' }, zombie: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now()) }, help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('Kills and freezes every part of a plant under load, and counts what became of the readings.\n'
    + 'node test/fault/main.ts [--seconds 180] [--rate 2000] [--zombie 20 (s)] [--seed TEXT]')
} else {
  console.log(`seed ${values.seed}, ${values.rate} readings/s for ${values.seconds} s`)
  const { verdict } = await runScenario({
    dir: mkdtempSync(join(tmpdir(), 'fault-')), seed: values.seed, seconds: Number(values.seconds), ratePerS: Number(values.rate),
    zombieMs: Number(values.zombie) * 1000, say: (line) => { console.log(line) },
  })
  for (const [name, value] of Object.entries(verdict)) console.log(`${name.padEnd(18)} ${Array.isArray(value) ? value.join('; ') || 'none' : String(value)}`)
  const { duplicated, missing, invented, outOfOrder, alertsUnpublished, alertsUnknown, contradictions } = verdict
  process.exitCode = duplicated + missing + invented + outOfOrder + alertsUnpublished + alertsUnknown + contradictions.length === 0 ? 0 : 1
}
