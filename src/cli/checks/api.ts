import type { CheckRun } from './check-run.ts'
import { API_CONTRACT, contractProblem } from './api-contract.ts'
import type { CheckedSystem } from './run-checks.ts'

/** Each path of the contract answers in its shape. */
export async function checkApi(run: CheckRun, { status: { monitoringUrl }, credentials }: Pick<CheckedSystem, 'status' | 'credentials'>): Promise<void> {
  for (const contract of API_CONTRACT) {
    await run.check('API', contract.status === 200 ? contract.path : `error ${contract.status}`, async (signal) => {
      const response = await fetch(monitoringUrl + contract.path, { signal, headers: credentials })
      const text = await response.text()
      if (response.status !== contract.status) throw new Error(`answers ${response.status} instead of ${contract.status}: ${text.slice(0, 200)}`)
      return JSON.parse(text) as unknown
    }, (body) => {
      const problem = contractProblem(body, contract)
      if (problem !== null) throw new Error(problem)
      return Array.isArray(body) ? `as in the contract, ${body.length} rows` : 'as in the contract'
    })
  }
}
