import { openRegister, type ExceptionRegister } from '../policy/exception-register.ts'
import { compareText, digestOf, type Run } from '../model/index.ts'
import { isControlId } from '../policy/control-ids.ts'
import { policyDigest } from '../policy/policy-digest.ts'
import type { Policy } from '../policy/schema.ts'
import { version } from '../model/version.ts'
import { showUnknown } from '../formats/unknown-value.ts'
import type { AuditedDockerfile } from './audited-dockerfile.ts'
import type { Control, Judgement } from './control.ts'
import type { Configuration, Container } from './container.ts'
import { controls } from './controls.ts'
import { hostControls } from './host-controls.ts'
import { ControlStatus, type Audit, type ControlEvidence, type ControlResult } from './document.ts'

/** Everything that an audit looks at. */
export interface Audited {
  dockerfiles: AuditedDockerfile[]
  containers: Container[]
  configurations: Configuration[]
  run: Run | undefined
  inputs: Array<{ path: string; kind: Audit['inputs'][number]['kind']; text: string }>
  passedOver: Audit['passedOver']
  unjudged: Audit['unjudged']
  unread: Audit['unread']
  ignored: Audit['ignored']
}

/** What the caller decides. */
export interface AuditTerms {
  policy: Policy
  now: Date
  /** Whether finding nothing to judge is acceptable. */
  allowEmpty: boolean
}

/**
 * Judges by every control. Pure: the same input gives the same document. Exceptions come from the policy's register,
 * and only failures can be allowed.
 */
export function evaluateAudit(audited: Audited, { policy, now, allowEmpty }: AuditTerms): Audit {
  const register = openRegister(policy, { name: undefined, digests: new Map() }, now, 'audit')
  const results = controls.map((control) => judgeControl(control, audited, register))
  const counted = (status: ControlStatus) => results.filter((result) => result.status === status).length
  const { dockerfiles, containers, run, unread } = audited
  const isEmpty = dockerfiles.length + containers.length === 0 && run === undefined && !allowEmpty
  return {
    schemaVersion: 'loadline.audit/v1',
    loadline: version,
    benchmark: 'CIS Docker Benchmark 1.6.0',
    auditedAt: now.toISOString(),
    outcome: counted('fail') > 0 ? 'failed' : isEmpty || unread.length > 0 ? 'undecided' : 'passed',
    policy: policyDigest(policy) as Audit['policy'],
    inputs: byPath(audited.inputs.map(({ path, kind, text }) => ({ path, kind, digest: digestOf(text) }))),
    judged: { dockerfiles: countFiles(dockerfiles), containers: containers.length },
    unread: byPath(unread),
    unjudged: byPath(audited.unjudged),
    passedOver: byPath(audited.passedOver),
    ignored: audited.ignored,
    counts: Object.fromEntries(ControlStatus.options.map((status) => [status, counted(status)])) as Audit['counts'],
    controls: results,
    hostControls: [...hostControls],
    exceptions: register
      .uses()
      .flatMap(({ exception: { rule, id, expires }, state }) =>
        state === 'used' || !isControlId(rule) ? [] : [{ rule, id, expires, state }],
      ),
  }
}

/** A Dockerfile counts once, however many ways of building it are judged; several can be embedded in one file. */
function countFiles(dockerfiles: readonly AuditedDockerfile[]): number {
  return new Set(dockerfiles.map(({ path, steps }) => `${steps[0]?.line} ${path}`)).size
}

function byPath<T extends { path: string }>(items: readonly T[]): T[] {
  return items.toSorted((left, right) => compareText(left.path, right.path))
}

function judgeControl(control: Control, audited: Audited, register: ExceptionRegister): ControlResult {
  const { run } = audited
  const judgements = [
    ...(run !== undefined && control.ofRun !== undefined
      ? control.ofRun(run)
      : audited.dockerfiles.flatMap((file) => control.ofDockerfile?.(file) ?? [])),
    ...audited.containers.flatMap((container) => judgeContainer(control, container, run)),
    ...audited.configurations.flatMap((configuration) => control.ofConfiguration?.(configuration) ?? []),
  ]
  const evidence = once(judgements).map((judgement) => weigh(control, judgement, register))
  const { id, title, severity, remedy } = control
  const all =
    evidence.length > 0
      ? evidence
      : [{ status: 'not-given' as const, about: '', subject: '', found: nothingRead(control) }]
  const order = (status: ControlStatus) => ControlStatus.options.indexOf(status)
  const sorted = all.toSorted((left, right) => order(left.status) - order(right.status))
  return { id, title, severity, status: sorted[0]?.status ?? 'not-given', remedy, evidence: sorted }
}

/** An omitted setting does not fail if something else decides it. A stated one counts. */
function judgeContainer(control: Control, container: Container, run: Run | undefined): Judgement[] {
  const judgements = control.ofContainer?.(container, run) ?? []
  const { leftTo, leftControls } = container
  if (leftTo === undefined || leftControls?.includes(control.id) === false) return judgements
  return judgements.map((judgement) =>
    judgement.status === 'fail' && judgement.unstated
      ? { ...judgement, status: 'inherited', found: `left to ${leftTo}` }
      : judgement,
  )
}

/** Each judgement once: a file can be read on its own and as part of another. */
function once(judgements: readonly Judgement[]): Judgement[] {
  return [...new Map(judgements.map((judgement) => [JSON.stringify(judgement), judgement])).values()]
}

/** A failure that an exception allows is a deviation; everything else stays what it is. */
function weigh(control: Control, judgement: Judgement, register: ExceptionRegister): ControlEvidence {
  const { status, place } = judgement
  const [about, subject, found] = [judgement.about, judgement.subject, judgement.found].map(showUnknown) as [
    string,
    string,
    string,
  ]
  const evidence = { about, subject, found, ...(place === undefined ? {} : { path: place.path, line: place.line }) }
  if (status !== 'fail') return { status, ...evidence }
  if (judgement.excepted !== undefined) return { status: 'deviation', ...evidence, exception: judgement.excepted }
  const location = place === undefined ? {} : { location: { ...place, within: 'source' as const } }
  const [excepted] = register.apply(control.id, [
    {
      id: about,
      subject,
      severity: control.severity,
      wanted: control.title,
      found,
      remedy: control.remedy,
      ...location,
    },
  ]).excepted
  if (excepted === undefined) return { status, ...evidence }
  const { violation: _, ...exception } = excepted
  return { status: 'deviation', ...evidence, exception }
}

function nothingRead({ ofRun, ofDockerfile, ofContainer }: Control): string {
  const readers = [
    ...(ofRun === undefined ? [] : ['verdict.json']),
    ...(ofDockerfile === undefined ? [] : ['Dockerfile']),
    ...(ofContainer === undefined ? [] : ['compose file, Kubernetes manifest, task definition or docker run line']),
  ]
  return `not judged: no ${readers.join(', no ')} was given`
}
