const ANOMALIES: Readonly<Record<string, string>> = {
  critical_threshold_violation: 'Critical limit reached',
  warning_threshold_violation: 'Warning limit reached',
  low_threshold_violation: 'Low limit reached',
  critical_low_threshold_violation: 'Critical low limit reached',
  consecutive_high_alerts: 'High several times in a row',
  rapid_value_change: 'Rapid change',
  baseline_deviation: 'Away from its baseline',
  learned_anomaly: 'Not as it was learned',
  machine_anomaly: 'Machine not as it was learned',
  stale_signal: 'No readings',
  bad_quality: 'Readings of bad quality',
}

const TRANSITIONS: Readonly<Record<string, string>> = {
  realarmed: 'Raised again', reset: 'Reset', shelving_expired: 'Shelving is over', unsuppressed: 'Maintenance is over',
  suppressed: 'Suppressed for maintenance', continued: 'Goes on', decommissioned: 'Over, as its sensor was decommissioned',
  replaced: 'Over, as its sensor was replaced',
}

/** An anomaly type in words. One that the page doesn't know reads as its name without underscores. */
export function anomalyInWords(anomalyType: string): string {
  return ANOMALIES[anomalyType] ?? sentence(anomalyType)
}

/** What happened to an alarm: `Raised`, `Escalated`, `Taken out of service`. */
export function transitionInWords(transition: string): string {
  return TRANSITIONS[transition] ?? sentence(transition)
}

/** `log_shorter_than_stored` → `Log shorter than stored` */
export function sentence(name: string): string {
  const spaced = name.replaceAll('_', ' ')
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
