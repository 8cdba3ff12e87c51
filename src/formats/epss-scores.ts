import { DeliveryError } from '../model/errors.ts'

/** The scores of one day of the Exploit Prediction Scoring System, as far as somebody asked for them. */
export interface EpssScores {
  /** In the list's own words, e.g. `v2025.03.14`. */
  model: string
  /** UTC, ISO 8601. */
  scoredAt: string
  /** How many vulnerabilities have a score. */
  entries: number
  /** Probability that a vulnerability is exploited within 30 days, and the share of all that have no higher one; both 0 to 1. */
  scores: Array<{ id: string; probability: number; percentile: number }>
}

const header = /^#model_version:([\w.-]{1,40}),score_date:(\d{4}-\d\d-\d\dT[\d:.]+)(Z|\+00:?00)$/
const columns = 'cve,epss,percentile'
const row =
  /^(CVE-\d{4}-\d{4,}),([01](?:\.\d{1,9})?(?:[eE]-\d{1,2})?|\d(?:\.\d{1,9})?[eE]-\d{1,2}),([01](?:\.\d{1,9})?)$/

/**
 * Reads a day's scores (https://www.first.org/epss/data_stats, unpacked CSV) and keeps those of the vulnerabilities that are asked for.
 * Throws `DATABASE` if it is empty, of a different form, cut off within a line, or names a vulnerability twice. A list that ends too early lacks scores, which must not be taken for low ones.
 */
export function parseEpssScores(text: string, wanted: ReadonlySet<string>): EpssScores {
  const [head = '', names = '', ...lines] = text.split('\n')
  const [, model = '', time = ''] = header.exec(head.trimEnd()) ?? []
  const scoredAt = new Date(`${time}Z`)
  if (Number.isNaN(scoredAt.getTime()) || names.trimEnd() !== columns)
    throw unreadable(
      `expected "#model_version:...,score_date:..." and "${columns}", found ${JSON.stringify(text.slice(0, 80))}`,
    )
  if (lines.pop() !== '') throw unreadable('its last line has no end: some of it went missing')
  const seen = new Set<string>()
  const scores: EpssScores['scores'] = []
  for (const [index, line] of lines.entries()) {
    const [, id = '', epss, share] = row.exec(line.trimEnd()) ?? []
    const [probability, percentile] = [Number(epss), Number(share)]
    if (!(probability <= 1 && percentile <= 1) || seen.has(id))
      throw unreadable(
        `line ${index + 3}: expected one vulnerability with two numbers from 0 to 1, found ${JSON.stringify(line.slice(0, 80))}${seen.has(id) ? ' for the second time' : ''}`,
      )
    seen.add(id)
    if (wanted.has(id)) scores.push({ id, probability, percentile })
  }
  if (seen.size === 0) throw unreadable('it has no scores')
  return { model, scoredAt: scoredAt.toISOString(), entries: seen.size, scores }
}

function unreadable(why: string): DeliveryError {
  return new DeliveryError(
    'DATABASE',
    `the exploit predictions cannot be read: ${why}`,
    'Fetch epss_scores-<day>.csv.gz again, and unpack it.',
  )
}
