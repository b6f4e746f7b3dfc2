const ANOMALIES: Readonly<Record<string, string>> = {
  critical_threshold_violation: 'Critical limit reached',
  consecutive_high_alerts: 'High several times in a row',
  rapid_value_change: 'Rapid change',
  baseline_deviation: 'Away from its baseline',
}

/** An anomaly type in words. One that the page doesn't know reads as its name without underscores. */
export function anomalyInWords(anomalyType: string): string {
  return ANOMALIES[anomalyType] ?? sentence(anomalyType)
}

/** `log_shorter_than_stored` → `Log shorter than stored` */
export function sentence(name: string): string {
  const spaced = name.replaceAll('_', ' ')
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
