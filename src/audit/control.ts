import type { Run, Severity } from '../model/index.ts'
import type { ControlId } from '../policy/control-ids.ts'
import type { AuditedDockerfile } from './audited-dockerfile.ts'
import type { Container } from './container.ts'
import type { Place } from './input/placed.ts'

/**
 * What was seen of one thing. `manual`: nobody but a person can say. `inherited`: decided by the platform or the base image, not by what was audited.
 * `not-applicable`: the control has nothing to say of it.
 */
export type Status = 'pass' | 'fail' | 'manual' | 'inherited' | 'not-applicable'

/** One look at one thing, with what was seen and where. */
export interface Judgement {
  status: Status
  found: string
  /** What it is about: a container, a Dockerfile, an image. An exception names it as its id. */
  about: string
  /** Narrows it where a thing can fail more than once: a path, a port, a variable. */
  subject: string
  place?: Place
  /** True where it rests on what is not there. */
  unstated?: true
  /** The exception of the run's own policy that already allows it. */
  excepted?: import('../model/index.ts').AcceptedRisk
}

/** One control. What it cannot read is absent; where none of its readers has anything to read, nothing was given for it. */
export interface Control {
  id: ControlId
  /** What it wants, in our own words. */
  title: string
  severity: Severity
  remedy: string
  /** Said where no reader ever fails it: why only people can. */
  neverFails?: string
  /** Section 4 on the evidence of a run: read in place of the Dockerfile. */
  ofRun?(run: Run): Judgement[]
  ofDockerfile?(file: AuditedDockerfile): Judgement[]
  ofContainer?(container: Container, run: Run | undefined): Judgement[]
}

/** A judgement of a container, at the fact that it rests on, or at the container itself where nothing states it. */
export function on(container: Container, status: Status, found: string, fact?: Place, subject: string = ''): Judgement {
  const { path, line } = fact ?? container
  return { status, found, about: container.name, subject, place: { path, line }, ...(fact ? {} : { unstated: true }) }
}

/** A judgement where a variable decides that nobody here knows. */
export function openTo(container: Container, what: string, fact: Place, subject: string = ''): Judgement {
  return on(container, 'manual', `${what}: a variable decides`, fact, subject)
}

/** A judgement of a Dockerfile. */
export function onFile(
  file: AuditedDockerfile,
  status: Status,
  found: string,
  line: number = 1,
  subject: string = '',
): Judgement {
  return { status, found, about: file.path, subject, place: { path: file.path, line } }
}

/** Fails for each of several things, or says once why there is none. */
export function eachOr(failures: Judgement[], otherwise: Judgement): Judgement[] {
  return failures.length > 0 ? failures : [otherwise]
}
