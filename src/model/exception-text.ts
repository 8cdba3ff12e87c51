import type { AcceptedRisk } from './index.ts'
import { counted } from './measures.ts'

/** The wording of an exception, the same in every report. */
export interface ExceptionText {
  /** `until 2026-12-15, 22 days left`. */
  until: string
  /** Owner, ticket, compensating control, days and origin, in that order, as far as the exception has them. */
  facts: Array<[name: string, value: string]>
  /** Everything in one line: the reason, then the facts in brackets. */
  line: string
}

/** Puts an exception into words. */
export function exceptionText({
  reason,
  owner,
  ticket,
  created,
  expires,
  daysLeft,
  compensatingControl,
  vex,
  origin,
}: AcceptedRisk): ExceptionText {
  const until = `${expires}, ${daysLeft === 0 ? 'its last day' : `${counted(daysLeft, 'day')} left`}`
  const facts: ExceptionText['facts'] = [
    ['owner', owner],
    ...pair('ticket', ticket),
    ...pair('compensating control', compensatingControl),
    ...pair('created', created),
    ['until', until],
    ...pair('OpenVEX', vex === undefined ? undefined : `${vex.status}, ${vex.justification}`),
    ...pair('taken from', origin === undefined ? undefined : `${origin.path}, ${origin.place}`),
  ]
  return {
    until: `until ${until}`,
    facts,
    line: `${reason} (${facts.map(([name, value]) => `${name}: ${value}`).join('; ')})`,
  }
}

function pair(name: string, value: string | undefined): Array<[string, string]> {
  return value === undefined ? [] : [[name, value]]
}
