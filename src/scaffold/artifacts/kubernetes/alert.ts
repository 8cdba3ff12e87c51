/** An alert without what all of an application have in common. */
export interface Alert {
  suffix: string
  expr: string
  minutes: number
  severity: 'critical' | 'warning'
  summary: string
  description: string
}
