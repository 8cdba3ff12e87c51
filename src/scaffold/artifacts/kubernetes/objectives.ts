import type { Application } from '../../application.ts'
import type { RequestMetrics } from '../../instruments.ts'
import type { Alert } from './alert.ts'

/**
 * The objective: of 1,000 requests in 30 days, 999 get no answer that starts with 5. Rates at which that is used up, and over which windows an alert looks, are those of the Site Reliability Workbook,
 * chapter 5: https://sre.google/workbook/alerting-on-slos/. Seconds of the slowest hundredth are what a person still calls immediate.
 */
const objective = { errors: 0.001, fast: 14.4, slow: 6, slowestSeconds: 1 }

/** The share of requests of the last while that ended in an error of the application. */
export function errorShare({ name }: Application, { count, status }: RequestMetrics, window: string): string {
  const of = `namespace="${name}", service="${name}"`
  return `sum(rate(${count}{${of}, ${status}=~"5.."}[${window}])) / sum(rate(${count}{${of}}[${window}]))`
}

/** Seconds within which 99 of 100 requests were answered; undefined where no histogram is kept. */
export function slowest({ name }: Application, { buckets }: RequestMetrics): string | undefined {
  if (buckets === undefined) return undefined
  return `histogram_quantile(0.99, sum by (le) (rate(${buckets}{namespace="${name}", service="${name}"}[5m])))`
}

/** Alerts on how fast the objective is used up, and on slow answers. */
export function objectives(application: Application, requests: RequestMetrics): Alert[] {
  const { name } = application
  const burns = (rate: number, long: string, short: string) =>
    [long, short]
      .map(
        (window) => `(${errorShare(application, requests, window)}) > ${Number((rate * objective.errors).toFixed(4))}`,
      )
      .join(' and ')
  const seconds = slowest(application, requests)
  const slow: Alert = {
    suffix: 'Slow',
    expr: `${seconds} > ${objective.slowestSeconds}`,
    minutes: 10,
    severity: 'warning',
    summary: `One of 100 requests to ${name} takes over ${objective.slowestSeconds} s`,
    description: 'Look for throttled CPU, memory near the limit, and too few database connections.',
  }
  return [
    {
      suffix: 'ErrorsFast',
      expr: burns(objective.fast, '1h', '5m'),
      minutes: 2,
      severity: 'critical',
      summary: `${name} uses up its errors of a month within two days`,
      description: 'Go back to the version before, if there was a release; then look at the logs of the errors.',
    },
    {
      suffix: 'ErrorsSlow',
      expr: burns(objective.slow, '6h', '30m'),
      minutes: 15,
      severity: 'warning',
      summary: `${name} uses up its errors of a month within five days`,
      description: 'Look at the logs of the errors before the next release.',
    },
    ...(seconds === undefined ? [] : [slow]),
  ]
}
