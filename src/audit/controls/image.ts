import type { Judgement } from '../control.ts'
import { eachOr, onFile, type AuditedDockerfile, type Control } from '../control.ts'
import { holdsCredential, namesCredential } from '../credential.ts'
import { ofRules } from '../of-rules.ts'

const shippedRuns = (file: AuditedDockerfile) =>
  file.steps.filter(({ keyword, shipped }) => keyword === 'RUN' && shipped)

/** Every RUN that a pattern finds. */
function runsThat(
  file: AuditedDockerfile,
  pattern: RegExp,
  say: (match: string) => string,
  runs = shippedRuns(file),
): Judgement[] {
  return runs.flatMap(({ text, line }) => {
    const match = pattern.exec(text)?.[0]
    return match === undefined ? [] : [onFile(file, 'fail', say(match.trim().slice(0, 80)), line)]
  })
}

export const user: Control = {
  id: 'cis-4.1',
  title: 'The image runs as a user of its own',
  severity: 'high',
  remedy: 'End the Dockerfile with USER and a numeric id, e.g. USER 65532:65532.',
  ofRun: (run) => ofRules(run, ['user']),
  ofDockerfile(file) {
    const last = file.steps.findLast(({ keyword, shipped }) => keyword === 'USER' && shipped)
    const base = file.images.find(({ final }) => final)
    if (last !== undefined)
      return [onFile(file, /^(root|0)(:|$)/.test(last.text) ? 'fail' : 'pass', `USER ${last.text}`, last.line)]
    if (base !== undefined && /:.*\bnonroot\b/.test(base.reference))
      return [onFile(file, 'inherited', `no USER; ${base.written} names one`, base.line)]
    return [onFile(file, 'fail', 'no USER: the container runs as root', base?.line)]
  },
}

export const trustedBases: Control = {
  id: 'cis-4.2',
  title: 'Images start from bases that somebody vouches for',
  severity: 'medium',
  remedy: 'Name the allowed repositories in base.allow of the policy and pin each base by digest; then run the gate.',
  ofRun: (run) => ofRules(run, ['base-allowed', 'base-pinned']),
  ofDockerfile: (file) =>
    file.images.map(({ written, line }) => onFile(file, 'manual', `FROM ${written}: say whether it is trusted`, line)),
}

export const unneededPackages: Control = {
  id: 'cis-4.3',
  title: 'The image holds no package that it does not need',
  severity: 'low',
  remedy:
    'Install with --no-install-recommends, keep tools of the shell and the network out of the shipped stage, or start from a distroless base.',
  ofRun: (run) => ofRules(run, ['package-managers', 'shells', 'ssh-server'], 'manual'),
  ofDockerfile: (file) =>
    eachOr(
      [
        ...runsThat(
          file,
          /\bapt(-get)? (?:-\S+ )*install (?!.*--no-install-recommends)/,
          () => 'apt-get install without --no-install-recommends',
        ),
        ...runsThat(
          file,
          /\b(?:apt(?:-get)? (?:-\S+ )*install|apk (?:-\S+ )*add|(?:yum|dnf) (?:-\S+ )*install)\b[^&|;]*\s(?:curl|wget|vim|nano|telnet|netcat(?:-\w+)?|openssh-(?:server|client)|sudo|strace|gdb|git|build-essential|gcc)\b/,
          (match) => match,
        ),
      ],
      onFile(file, 'manual', 'nothing known to be unneeded is installed; say whether the rest is needed'),
    ),
}

export const scanned: Control = {
  id: 'cis-4.4',
  title: 'Images are scanned, and built again when there are repairs',
  severity: 'high',
  remedy:
    'Run "loadline build-and-scan" and give its verdict.json; judge published images again with "loadline reverdict".',
  ofRun: (run) =>
    ofRules(run, ['vulnerabilities', 'known-exploited', 'database-age', 'database-coverage', 'end-of-life-os']),
}

export const contentTrust: Control = {
  id: 'cis-4.5',
  title: 'Images are signed, and the signature is checked',
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
  title: 'The image brings a health check',
  severity: 'low',
  remedy: 'Add HEALTHCHECK in exec form with a program of the image; it needs neither a shell nor curl.',
  ofRun: (run) => ofRules(run, ['healthcheck']),
  ofDockerfile(file) {
    const last = file.steps.findLast(({ keyword, shipped }) => keyword === 'HEALTHCHECK' && shipped)
    if (last === undefined) return [onFile(file, 'fail', 'no HEALTHCHECK')]
    return [
      onFile(file, /^NONE$/i.test(last.text) ? 'fail' : 'pass', `HEALTHCHECK ${last.text.slice(0, 120)}`, last.line),
    ]
  },
}

export const updateAlone: Control = {
  id: 'cis-4.7',
  title: 'Package lists are refreshed in the same step that installs from them',
  severity: 'low',
  remedy: 'Join the two: RUN apt-get update && apt-get install ...; alone, the cached list grows old unseen.',
  ofDockerfile: (file) =>
    eachOr(
      file.steps
        .filter(
          ({ keyword, text }) =>
            keyword === 'RUN' &&
            /\b(apt(-get)?|apk|yum|dnf) (-\S+ )*(update|makecache)\b/.test(text) &&
            !/\b(install|add|upgrade)\b/.test(text),
        )
        .map(({ text, line }) => onFile(file, 'fail', `RUN ${text.slice(0, 80)}`, line)),
      onFile(file, 'pass', 'no refresh of package lists alone'),
    ),
}

export const setuid: Control = {
  id: 'cis-4.8',
  title: 'No file of the image lends the rights of its owner',
  severity: 'medium',
  remedy: 'Remove the bits: RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +.',
  ofRun: (run) => ofRules(run, ['setuid']),
  ofDockerfile: (file) =>
    eachOr(
      runsThat(file, /\bchmod (-\S+ )*([ug]*\+[rwx]*s|[2467]\d{3}\b)/, (match) => match),
      onFile(file, 'manual', 'no step sets such bits; the base may bring some, which only a run sees'),
    ),
}

export const copyNotAdd: Control = {
  id: 'cis-4.9',
  title: 'Files come by COPY; ADD only unpacks, or fetches what a checksum fixes',
  severity: 'low',
  remedy: 'Write COPY; download in a RUN step that checks a sum which the Dockerfile states.',
  ofRun: (run) => [...ofRules(run, ['add-url']), ...lintedAdds(run)],
  ofDockerfile: (file) =>
    eachOr(
      file.steps
        .filter(
          ({ keyword, text }) =>
            keyword === 'ADD' &&
            !/--checksum=sha256:[0-9a-f]{64}/.test(text) &&
            !/\.(tar|tgz|tbz2?|txz|tar\.\w+)["',\s]/.test(text) &&
            !/#[0-9a-f]{40}\b/.test(text),
        )
        .map(({ text, line }) =>
          onFile(file, 'fail', `ADD ${text.replaceAll(/:\/\/[^@/\s]*@/g, '://').slice(0, 120)}`, line),
        ),
      onFile(file, 'pass', 'no such ADD'),
    ),
}

function lintedAdds(run: import('../../model/index.ts').Run): Judgement[] {
  const lint = run.evidence?.lint
  if (lint?.status !== 'collected') return []
  return lint.value.findings
    .filter(({ id }) => id === 'DL3020')
    .map(({ message, location }) => ({
      status: 'fail',
      found: message,
      about: location.path,
      subject: 'DL3020',
      place: { path: location.path, line: location.line ?? 1 },
    }))
}

export const secretsInBuild: Control = {
  id: 'cis-4.10',
  title: 'No credential is written into the build file or the image',
  severity: 'critical',
  remedy:
    'Take it out and replace the credential; give it to a build by RUN --mount=type=secret, and to a container when it starts.',
  ofRun: (run) => ofRules(run, ['secrets', 'suspected-secrets']),
  ofDockerfile: (file) =>
    eachOr(
      file.steps.flatMap(({ keyword, line, properties }) =>
        properties
          .filter(
            ({ name, value }) =>
              holdsCredential(name, value) || (keyword === 'ARG' && value === '' && namesCredential(name)),
          )
          .map(({ name }) =>
            onFile(
              file,
              'fail',
              keyword === 'ARG'
                ? `ARG ${name} ends in the history of the image`
                : `${keyword} ${name} holds a credential`,
              line,
              name,
            ),
          ),
      ),
      onFile(file, 'pass', 'no variable or label that looks like a credential'),
    ),
}

export const verifiedPackages: Control = {
  id: 'cis-4.11',
  title: 'Packages are checked before they are installed',
  severity: 'high',
  remedy:
    'Let the package manager check signatures, install from lock files with hashes, and compare downloads with a checksum that the Dockerfile states.',
  ofDockerfile: (file) =>
    eachOr(
      runsThat(
        file,
        /\b(curl|wget)\b[^;&]*\|\s*(sudo )?(ba|z|da)?sh\b|--allow-unauthenticated|--force-yes|--nogpgcheck|--no-gpg-checks?|--allow-untrusted|--trusted-host\b|--no-check-certificate|\bcurl\b[^|;&]*\s(-k|--insecure)\b|strict-ssl[= ]false/,
        (match) => match,
        file.steps.filter(({ keyword }) => keyword === 'RUN'),
      ),
      onFile(file, 'manual', 'no check is switched off; say whether every source is verified'),
    ),
}

export const signedArtifacts: Control = {
  id: 'cis-4.12',
  title: 'Signed artifacts are validated before they are used or uploaded',
  severity: 'medium',
  remedy: 'Release with attestations; Loadline verifies all of them as a consumer would before a tag moves.',
  neverFails: 'Whether every artifact from outside was validated is no property of the result.',
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
