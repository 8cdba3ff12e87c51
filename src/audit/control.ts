import type { Run, Severity } from '../model/index.ts'
import type { ControlId } from '../policy/control-ids.ts'
import type { AuditedDockerfile } from './audited-dockerfile.ts'
import type { Configuration, Container } from './container.ts'
import type { Place } from './input/placed.ts'

/**
 * The result for one item. `manual`: only a person can tell. `inherited`: decided by the platform or the base image,
 * not by the audited files. `not-applicable`: the control does not apply to it.
 */
export type Status = 'pass' | 'fail' | 'manual' | 'inherited' | 'not-applicable'

/** One check of one item, with what was found and where. */
export interface Judgement {
  status: Status
  found: string
  /** What it is about: a container, a Dockerfile, an image. An exception names it as its id. */
  about: string
  /** Narrows it if an item can fail more than once: a path, a port, a variable. */
  subject: string
  place?: Place
  /** Whether it rests on the absence of something. */
  unstated?: true
  /** The exception of the run's own policy that already allows it. */
  excepted?: import('../model/index.ts').AcceptedRisk
}

/**
 * One control. Readers that it lacks are absent; if none of its readers has anything to read, its status is
 * `not-given`.
 */
export interface Control {
  id: ControlId
  /** What it requires, in our own words. */
  title: string
  severity: Severity
  remedy: string
  /** Set if no reader ever fails it: why only people can. */
  neverFails?: string
  /** Section 4, judged by a run's evidence instead of the Dockerfile. */
  ofRun?(run: Run): Judgement[]
  ofDockerfile?(file: AuditedDockerfile): Judgement[]
  ofContainer?(container: Container, run: Run | undefined): Judgement[]
  /** Only what fails: a configuration starts nothing, so it is no reason to pass. */
  ofConfiguration?(configuration: Configuration): Judgement[]
}

/** A judgement of a container, placed at the fact that it rests on, or at the container itself if nothing states it. */
export function on(container: Container, status: Status, found: string, fact?: Place, subject: string = ''): Judgement {
  const { path, line } = fact ?? container
  return { status, found, about: container.name, subject, place: { path, line }, ...(fact ? {} : { unstated: true }) }
}

/** A judgement that depends on a variable with an unknown value. */
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

/** Fails for each of several items, or says once why there is none. */
export function eachOr(failures: Judgement[], otherwise: Judgement): Judgement[] {
  return failures.length > 0 ? failures : [otherwise]
}
