import type { ComponentChildren, JSX } from 'preact'
import { assess } from '../assessment.ts'
import type { Problem } from '../assessment.ts'
import { formatCount, formatRate } from '../format.ts'
import { Mark } from '../parts/Mark.tsx'
import { Since } from '../parts/Time.tsx'
import type { DashboardState } from '../state.ts'

const MOST_PROBLEMS = 6
const RECENT_ALERTS_MS = 10 * 60_000
/** The service sends no more alerts than this. */
const MOST_ALERTS = 50

/** The state of the whole system in one sentence, what is wrong and since when, and the four figures that tell it at a glance. */
export function SystemStatus({ state, now }: { state: DashboardState, now: number }): JSX.Element {
  const { level, headline, problems, waiting } = assess(state, now)
  return (
    <section class={`status status-${level}`} aria-labelledby="status-title">
      <h2 id="status-title" class="hidden">System status</h2>
      <div class="status-words" role="status" aria-live="polite">
        <p class="headline"><Mark kind={level} />{headline}</p>
        {waiting !== null && (
          <p class="waiting-alarms">
            <Mark kind="high" />
            <span><a href="#alarms">{waiting.text}</a>: {waiting.which}, <Since at={waiting.since} now={now} /></span>
          </p>
        )}
        {problems.length > 0 && (
          <ul class="problems">
            {problems.slice(0, MOST_PROBLEMS).map((problem) => <ProblemLine key={problem.text} problem={problem} now={now} />)}
            {problems.length > MOST_PROBLEMS && <li>and {formatCount(problems.length - MOST_PROBLEMS)} more</li>}
          </ul>
        )}
      </div>
      <Figures state={state} now={now} />
    </section>
  )
}

function ProblemLine({ problem, now }: { problem: Problem, now: number }): JSX.Element {
  return (
    <li class={`problem problem-${problem.level}`}>
      <Mark kind={problem.level} />
      <p>
        <span class="problem-text">{problem.text}{problem.since !== null && <> <Since at={problem.since} now={now} /></>}</span>
        {problem.advice !== undefined && (
          <span class="advice">{problem.advice}{problem.command !== undefined && <> <code>{problem.command}</code></>}</span>
        )}
      </p>
    </li>
  )
}

function Figures({ state, now }: { state: DashboardState, now: number }): JSX.Element {
  const { producers, metrics, partitions, alerts } = state.sections
  const sent = producers?.reduce((sum, producer) => sum + producer.readings_per_second, 0)
  const lags = partitions?.partitions.map(({ lag }) => lag) ?? []
  const lag = lags.length === 0 || lags.includes(null) ? undefined : lags.reduce<number>((sum, each) => sum + (each ?? 0), 0)
  const recent = alerts?.filter(({ timestamp }) => now - Date.parse(timestamp) < RECENT_ALERTS_MS).length
  return (
    <dl class="figures">
      <Figure name="Sent by producers" unit="readings/s">{sent === undefined ? null : formatRate(sent)}</Figure>
      <Figure name="Stored by consumers" unit="readings/s">{metrics === undefined ? null : formatRate(metrics.readings_per_second)}</Figure>
      <Figure name="Waiting in Kafka" unit={lag === 1 ? 'reading' : 'readings'}>{lag === undefined ? null : formatCount(lag)}</Figure>
      <Figure name="Alerts, last 10 min" unit={recent === 1 ? 'alert' : 'alerts'}>
        {recent === undefined ? null : recent >= MOST_ALERTS ? `${MOST_ALERTS} or more` : formatCount(recent)}
      </Figure>
    </dl>
  )
}

function Figure({ name, unit, children }: { name: string, unit: string, children: ComponentChildren }): JSX.Element {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{children === null ? <span class="not-known">not known</span> : <><b>{children}</b> <span class="unit">{unit}</span></>}</dd>
    </div>
  )
}
