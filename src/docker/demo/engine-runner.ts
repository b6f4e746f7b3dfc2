import { request } from 'node:http'
import type { DemoRunner } from '../../demo/demo-server.ts'
import { mayBeKilled } from '../../demo/protocol.ts'
import { ExitError } from '../../runtime/errors.ts'
import { toContainer } from '../containers.ts'
import type { Inspected } from '../containers.ts'

/** The oldest that `make all` takes. */
const API = '/v1.44'
const ANSWER_WITHIN_MS = 8_000

/** The part of a list of containers that is read here. */
interface Listed {
  readonly Id: string
  readonly Labels: Readonly<Record<string, string>>
}

interface Reply {
  readonly status: number
  readonly text: string
}

/**
 * Kills and starts the containers of one Compose project by the engine's API at this socket, and asks for nothing else there. What the engine
 * has against it, or that it doesn't answer, is an `ExitError`.
 */
export function engineRunner(socketPath: string, project: string): DemoRunner {
  const ask = (method: string, path: string): Promise<Reply> => askEngine(socketPath, method, API + path)

  async function read<T>(path: string): Promise<T> {
    const { status, text } = await ask('GET', path)
    if (status !== 200) throw refusal({ status, text })
    return JSON.parse(text) as T
  }

  async function containers(): Promise<ReadonlyMap<string, string>> {
    const label = [`com.docker.compose.project=${project}`, 'com.docker.compose.oneoff=False']
    const found = await read<readonly Listed[]>(`/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify({ label }))}`)
    const named = found.map(({ Id, Labels }) => [Labels['com.docker.compose.service'] ?? '', Id] as const).filter(([name]) => mayBeKilled(name))
    return new Map(named.toSorted(([one], [other]) => placeOf(one) - placeOf(other) || one.localeCompare(other, 'en', { numeric: true })))
  }

  async function change(name: string, what: 'kill' | 'start'): Promise<void> {
    const id = (await containers()).get(name)
    if (id === undefined) throw new ExitError(`there is no container of ${name}`)
    const reply = await ask('POST', `/containers/${id}/${what}`)
    // 304: it was started meanwhile.
    if (reply.status !== 204 && reply.status !== 304) throw refusal(reply)
  }

  return {
    async list() {
      return Promise.all([...await containers()].map(async ([name, id]) => {
        const { state } = toContainer(await read<Inspected>(`/containers/${id}/json`))
        return { name, state }
      }))
    },
    kill: (name) => change(name, 'kill'),
    revive: (name) => change(name, 'start'),
  }
}

/** In the order of docker-compose.yml: servers, producers, consumers. */
function placeOf(name: string): number {
  return [/^kafka/, /^postgres/, /-sensor$/].findIndex((pattern) => pattern.test(name)) + 1 || 4
}

function refusal({ status, text }: Reply): ExitError {
  return new ExitError(`the Docker engine answers ${status}: ${text.trim().slice(0, 200)}`)
}

function askEngine(socketPath: string, method: string, path: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const problem = (error: Error): void => reject(new ExitError(`the Docker engine does not answer: ${error.message}`))
    const asked = request({ socketPath, method, path, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), headers: { host: 'docker' } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('error', problem)
        .on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.on('error', problem)
    asked.end()
  })
}
