import type { Judgement } from '../control.ts'
import { lastOfEachWay, type AuditedDockerfile, type AuditedStep } from '../audited-dockerfile.ts'
import { onFile, type Control } from '../control.ts'
import { judgeHealthCheck } from '../judge-health-check.ts'
import { ofRules } from '../of-rules.ts'
import { rootBy } from '../root-account.ts'
import { unknownUser, userKind } from '../root-name.ts'

export const user: Control = {
  id: 'cis-4.1',
  title: 'The image runs as a dedicated user',
  severity: 'high',
  remedy: 'End the Dockerfile with USER and a numeric ID, e.g. USER 65532:65532.',
  ofRun: (run) => ofRules(run, ['user']),
  ofDockerfile(file) {
    return lastOfEachWay(file, 'USER').map((last) => (last === undefined ? userOfBase(file) : judgeUser(file, last)))
  },
}

function userOfBase(file: AuditedDockerfile): Judgement {
  const base = file.images.find(({ final }) => final)
  return base !== undefined && /:[^@/:]*\bnonroot\b/.test(base.reference)
    ? onFile(file, 'inherited', `no USER; ${base.reference} names one`, base.line)
    : onFile(file, 'fail', 'no USER: the container runs as root', base?.line)
}

function judgeUser(file: AuditedDockerfile, { text, line }: AuditedStep): Judgement {
  const kind = userKind(text)
  if (kind === 'unknown') return onFile(file, 'manual', unknownUser(text), line)
  const root = kind === 'root' ? undefined : rootBy(file, text.split(':')[0] ?? '')
  if (root !== undefined) return onFile(file, root.isKnown ? 'fail' : 'manual', `USER ${text}, ${root.how}`, line)
  return onFile(file, kind === 'root' ? 'fail' : 'pass', `USER ${text}`, line)
}

export const trustedBases: Control = {
  id: 'cis-4.2',
  title: 'Images start from trusted bases',
  severity: 'medium',
  remedy: 'List the allowed repositories in base.allow of the policy and pin each base by digest; then run the gate.',
  ofRun: (run) => ofRules(run, ['base-allowed', 'base-pinned']),
  ofDockerfile: (file) =>
    file.images.map(({ reference, line }) => onFile(file, 'manual', `${reference}: say whether it is trusted`, line)),
}

export const scanned: Control = {
  id: 'cis-4.4',
  title: 'Images are scanned, and rebuilt when fixes are published',
  severity: 'high',
  remedy:
    'Run "loadline build-and-scan" and pass its verdict.json; judge published images again with "loadline reverdict".',
  ofRun: (run) =>
    ofRules(run, ['vulnerabilities', 'known-exploited', 'database-age', 'database-coverage', 'end-of-life-os']),
}

export const contentTrust: Control = {
  id: 'cis-4.5',
  title: 'Images are signed, and the signature is verified',
  severity: 'medium',
  remedy:
    'Release with a signer ("loadline build-and-scan --publish ... --key ..."), and let clusters admit only what "loadline verify" accepts.',
  ofRun(run) {
    const about = { about: run.subject.name, subject: '' }
    if (run.release === undefined) return [{ ...about, status: 'manual', found: 'the run released nothing' }]
    const { signature, digest, unsigned } = run.release
    if (signature === undefined)
      return [
        {
          ...about,
          status: 'fail',
          found: `${digest} was released without a signature${unsigned === undefined ? '' : `: ${unsigned}`}`,
        },
      ]
    return [
      {
        ...about,
        status: signature.verified ? 'pass' : 'fail',
        found: `${digest} is signed by ${signature.signer}; ${signature.verified ? 'verified as a consumer would' : 'the signature was not verified'}`,
      },
    ]
  },
}

export const healthCheck: Control = {
  id: 'cis-4.6',
  title: 'The image has a health check',
  severity: 'low',
  remedy: 'Add HEALTHCHECK in exec form with a program in the image; it needs neither a shell nor curl.',
  ofRun: (run) => ofRules(run, ['healthcheck']),
  ofDockerfile(file) {
    return lastOfEachWay(file, 'HEALTHCHECK').map((last) =>
      last === undefined ? onFile(file, 'fail', 'no HEALTHCHECK') : judgeImageCheck(file, last),
    )
  },
}

function judgeImageCheck(file: AuditedDockerfile, { text, programs, line }: AuditedStep): Judgement {
  const said = `HEALTHCHECK ${text.slice(0, 120)}`
  if (/^NONE$/i.test(text)) return onFile(file, 'fail', said, line)
  const commands = programs?.isWhole === true ? programs.commands : []
  // The container's own name is given where it is started, and seldom has a dot.
  const check = judgeHealthCheck(commands, text, (name) => (name.includes('.') ? false : undefined))
  const why = {
    set: '',
    elsewhere: ': it asks another host',
    constant: ': it can never fail',
    unknown: ': decide whether it asks its own container',
  }[check]
  return onFile(file, check === 'set' ? 'pass' : check === 'unknown' ? 'manual' : 'fail', `${said}${why}`, line)
}

export const signedArtifacts: Control = {
  id: 'cis-4.12',
  title: 'Signed artifacts are validated before they are used or uploaded',
  severity: 'medium',
  remedy: 'Release with attestations; Loadline verifies all of them as a consumer would, before a tag moves.',
  neverFails: 'The result does not show whether every external artifact was validated.',
  ofRun(run) {
    const attestations = run.release?.attestations ?? []
    return [
      {
        about: run.subject.name,
        subject: '',
        status: attestations.length > 0 ? 'pass' : 'manual',
        found:
          attestations.length > 0
            ? `${attestations.length} attestations of ${run.release?.digest} verified before the tag moved`
            : 'the run attested nothing',
      },
    ]
  },
}
