import { SENSOR_TOPIC } from '../plant.ts'
import type { Contestant, IngestPlant } from './contestant.ts'
import { runTool } from './run-tool.ts'

/** Reads the topic and throws it away. */
export function kcat({ plant, readings }: IngestPlant): Contestant {
  return {
    name: 'limit: kcat, reading only', isPeer: false, guarantee: '-', badInput: '-',
    async run() {
      const begunMs = performance.now()
      await runTool('kcat', ['-C', '-q', '-e', '-o', 'beginning', '-b', plant.brokers.join(','), '-t', SENSOR_TOPIC], plant.folder)
      const perS = readings / (performance.now() - begunMs) * 1000
      return { perS, cpuSPerMillion: null, peakMemoryBytes: null, bytesPerReading: null, note: null }
    },
  }
}
