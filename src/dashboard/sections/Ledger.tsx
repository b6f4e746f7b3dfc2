import type { JSX } from 'preact'
import type { Ledger as LedgerData, LogLedger, SensorLedger } from '../../contract/api.ts'
import { counted, formatCount } from '../format.ts'
import { Mark } from '../parts/Mark.tsx'
import { Name } from '../parts/Name.tsx'
import { Time } from '../parts/Time.tsx'
import { sentence } from '../words.ts'

/** Did we lose anything? One line, which opens to the account of each partition and the gaps of each sensor. */
export function Ledger({ ledger, stale, now }: { ledger: LedgerData | undefined, stale: boolean, now: number }): JSX.Element {
  return (
    <section class={`ledger ${ledger?.ok === false ? 'ledger-wrong' : ''}`} id="ledger" aria-labelledby="ledger-title">
      <h2 id="ledger-title" class="hidden">Ledger of readings</h2>
      {ledger === undefined || ledger.logs.length === 0
        ? <p class="ledger-line quiet">{ledger === undefined ? 'Ledger: waiting for figures.' : 'Ledger: no readings yet.'}</p>
        : (
          <details>
            <summary class="ledger-line">
              <Mark kind={ledger.ok ? (stale ? 'unknown' : 'done') : 'critical'} />
              <span>
                {ledger.ok
                  ? <><strong>Every reading accounted for</strong>: </>
                  : <><strong>Not every reading is accounted for: {ledger.reasons.join('; ')}</strong>. </>}
                <Totals ledger={ledger} />
              </span>
            </summary>
            <div class="ledger-detail">
              <Logs logs={ledger.logs} now={now} />
              <Sensors sensors={ledger.sensors} />
            </div>
          </details>
        )}
    </section>
  )
}

function Totals({ ledger: { totals } }: { ledger: LedgerData }): JSX.Element {
  const parts = [
    `${formatCount(totals.stored)} stored`, `${formatCount(totals.dead_lettered)} dead-lettered`,
    counted(totals.log_duplicates, 'duplicate'), `${formatCount(totals.missing)} missing`,
    ...(totals.lost > 0 ? [`${formatCount(totals.lost)} lost`] : []),
  ]
  return <span class="totals">{parts.join(', ')}</span>
}

function Logs({ logs, now }: { logs: readonly LogLedger[], now: number }): JSX.Element {
  const gaps = logs.flatMap((log) => log.gaps.map((gap) => ({ log, gap })))
  const notListed = logs.reduce((sum, log) => sum + log.gaps_count - log.gaps.length, 0)
  return (
    <>
      <h3>Each partition: consumed = stored + dead-lettered + duplicates + holes + lost</h3>
      <div class="wide-table" role="region" aria-label="Account of each partition, scrolls sideways" tabIndex={0}>
        <table>
          <caption class="hidden">Account of each partition</caption>
          <thead>
            <tr>
              <th scope="col">Partition</th>
              {['Offsets', 'Consumed', 'Stored', 'Dead-lettered', 'Duplicates', 'Holes', 'Lost', 'Balance', 'To publish'].map((name) => (
                <th key={name} scope="col" class="number">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {logs.map((log) => (
              <tr key={`${log.topic_id}/${log.partition}/${log.generation}`} class={log.balance !== 0 || log.lost > 0 ? 'abnormal' : ''}>
                <th scope="row">
                  <Name name={log.topic} /> {log.partition}
                  {log.closed_at !== null && <span class="detail">replaced <Time at={Date.parse(log.closed_at)} now={now} /></span>}
                </th>
                <td class="number">{formatCount(log.first_offset)} to {formatCount(log.next_offset)}</td>
                {[log.consumed, log.stored, log.dead_lettered, log.duplicates, log.holes, log.lost].map((count, index) => (
                  <td key={index} class="number">{formatCount(count)}</td>
                ))}
                <td class={`number ${log.balance === 0 ? '' : 'wrong'}`}>{formatCount(log.balance)}</td>
                <td class="number">{pending(log)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {gaps.length > 0 && (
        <>
          <h3>Stretches of Kafka's log that could not be consumed</h3>
          <ul>
            {gaps.map(({ log, gap }) => (
              <li key={`${log.topic_id}/${log.partition}/${log.generation}/${gap.first_offset}/${gap.reason}`}>
                <Time at={Date.parse(gap.detected_at)} now={now} /> <Name name={log.topic} /> {log.partition}, from
                offset {formatCount(gap.first_offset)} to {gap.last_offset === null ? 'an unknown end' : formatCount(gap.last_offset)}:{' '}
                {sentence(gap.reason)}. {gap.detail}
              </li>
            ))}
          </ul>
          {notListed > 0 && <p>{counted(notListed, 'older stretch', 'older stretches')} not listed here.</p>}
        </>
      )}
    </>
  )
}

function pending({ alerts_pending, dead_letters_pending }: LogLedger): string {
  if (alerts_pending === 0 && dead_letters_pending === 0) return '0'
  return [
    ...(alerts_pending > 0 ? [counted(alerts_pending, 'alert')] : []),
    ...(dead_letters_pending > 0 ? [counted(dead_letters_pending, 'dead letter')] : []),
  ].join(', ')
}

function Sensors({ sensors }: { sensors: readonly SensorLedger[] }): JSX.Element {
  const missing = sensors.filter((sensor) => sensor.missing > 0)
  return (
    <>
      <h3>Readings that never reached Kafka, by sensor</h3>
      {missing.length === 0
        ? <p>None: the numbered readings of every sensor are complete.</p>
        : (
          <div class="wide-table" role="region" aria-label="Missing readings by sensor, scrolls sideways" tabIndex={0}>
            <table>
              <caption class="hidden">Missing readings by sensor</caption>
              <thead>
                <tr>
                  <th scope="col">Sensor</th><th scope="col" class="number">Missing</th><th scope="col" class="number">Received</th>
                  <th scope="col" class="number">Filled late</th><th scope="col">Missing numbers</th>
                </tr>
              </thead>
              <tbody>
                {missing.map((sensor) => (
                  <tr key={sensor.sensor_id} class="abnormal">
                    <th scope="row"><Name name={sensor.sensor_id} /></th>
                    <td class="number wrong">{formatCount(sensor.missing)}</td>
                    <td class="number">{formatCount(sensor.received)}</td>
                    <td class="number">{formatCount(sensor.filled_late)}</td>
                    <td>{sensor.missing_ranges.map((range) => (
                      <span key={`${range.producer_epoch}/${range.first_sequence}`} class="range" title={`epoch ${range.producer_epoch}`}>
                        {formatCount(range.first_sequence)}
                        {range.first_sequence !== range.last_sequence && ` to ${formatCount(range.last_sequence)}`}
                      </span>
                    ))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </>
  )
}
