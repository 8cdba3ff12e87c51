import type { ShellCommand } from '../../formats/shell.ts'
import { isUnknown } from '../../formats/unknown-value.ts'
import { programsRun, unreadLines, type AuditedDockerfile, type AuditedStep } from '../audited-dockerfile.ts'
import { eachOr, onFile, type Control, type Judgement } from '../control.ts'
import { credentialsIn, credentialsInText } from '../credential-in-command.ts'
import { holdsCredential, namesCredential } from '../credential.ts'
import { ofRules } from '../of-rules.ts'
import { butUnread } from './package-installs.ts'

export const setuid: Control = {
  id: 'cis-4.8',
  title: 'No file in the image is setuid or setgid',
  severity: 'medium',
  remedy: 'Remove the bits: RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +.',
  ofRun: (run) => ofRules(run, ['setuid']),
  ofDockerfile(file) {
    const shipped = file.steps.filter((step) => step.shipped)
    const directories = directoriesMade(shipped)
    return eachOr(
      [
        ...programsRun(shipped).flatMap(({ command, step }) =>
          modesSet(command)
            .filter((mode) => lendsRights(mode) && !isOfDirectories(command, mode, directories))
            .map((mode) => onFile(file, 'fail', `${command.name} ${mode}`, step.line)),
        ),
        ...programsRun(shipped).flatMap(({ command, step }) =>
          capabilitiesGiven(command).map((given) => onFile(file, 'fail', `setcap ${given}`, step.line)),
        ),
        ...shipped.flatMap(({ keyword, flags, line }) =>
          flags
            .filter(({ name, value }) => name === 'chmod' && lendsRights(value))
            .map(({ value }) => onFile(file, 'fail', `${keyword} --chmod=${value}`, line)),
        ),
      ],
      onFile(
        file,
        'manual',
        `no step appears to set such bits; the base may contain some, which only a run can find${butUnread(shipped)}`,
      ),
    )
  },
}

/** The modes that a command sets on files. */
function modesSet({ name, args }: ShellCommand): string[] {
  if (name === 'chmod')
    return args.filter((word) => !/^--?[A-Za-z]+(=|$)/.test(word) || /^-[rwxst]*s/.test(word)).slice(0, 1)
  if (name === 'dpkg-statoverride')
    return args.includes('--add') ? args.filter((word) => /^[0-7]{4,5}$/.test(word)) : []
  if (name !== 'install') return []
  return args.flatMap((word, index) => {
    const joined = /^(?:-[A-Za-ln-z]*m|--mode=)(.+)$/.exec(word)?.[1]
    if (joined !== undefined) return [joined]
    return /^(-[a-zA-Z]*m|--mode)$/.test(word) ? (args[index + 1] ?? []) : []
  })
}

/** Directories that steps make: on one, setgid only passes its group on to what is made in it. */
function directoriesMade(steps: readonly AuditedStep[]): ReadonlySet<string> {
  return new Set([
    ...steps.filter(({ keyword }) => /^(WORKDIR|VOLUME)$/.test(keyword)).flatMap(({ text, words }) => [text, ...words]),
    ...programsRun(steps).flatMap(({ command: { name, args } }) =>
      name === 'mkdir' || (name === 'install' && args.includes('-d')) ? args : [],
    ),
  ])
}

function isOfDirectories({ name, args }: ShellCommand, mode: string, directories: ReadonlySet<string>): boolean {
  if (name === 'install') return args.includes('-d') && isOfGroup(mode)
  const targets = args.slice(args.indexOf(mode) + 1).filter((word) => !word.startsWith('-'))
  const isDeep = args.some((word) => /^(?:-[a-zA-QS-Z]*R[a-zA-Z]*|--recursive)$/.test(word))
  return (
    name === 'chmod' &&
    !isDeep &&
    isOfGroup(mode) &&
    targets.length > 0 &&
    targets.every((path) => path.endsWith('/') || directories.has(path))
  )
}

/** Whether a mode sets the setgid bit alone. */
function isOfGroup(mode: string): boolean {
  if (/^[0-7]+$/.test(mode)) return (Number.parseInt(mode, 8) & 0o4000) === 0
  return mode.split(',').every((clause) => /^g[+=-]/.test(clause) || !lendsRights(clause))
}

/** Capabilities of a file, which whoever starts it gets: `setcap cap_net_raw+ep FILE`. */
function capabilitiesGiven({ name, args }: ShellCommand): string[] {
  return name === 'setcap' ? args.filter((word) => /[=+][eip]+$/i.test(word)) : []
}

/** Whether a mode sets the setuid or setgid bit: 04755, 6755, u+s, a+s, +s, u=rwxs, g+x,u+s. */
function lendsRights(mode: string): boolean {
  if (/^[0-7]+$/.test(mode)) return (Number.parseInt(mode, 8) & 0o6000) !== 0
  return mode.split(',').some((clause) => /^[ugoa]*(?:[+=-][rwxXstugo]*)*[+=][rwxXtugo]*s/.test(clause))
}

export const copyNotAdd: Control = {
  id: 'cis-4.9',
  title: 'Files are added by COPY; ADD only unpacks archives, or fetches with a checksum',
  severity: 'low',
  remedy: 'Use COPY; download in a RUN step that verifies a checksum stated in the Dockerfile.',
  ofRun: (run) => [...ofRules(run, ['add-url']), ...lintedAdds(run)],
  ofDockerfile: (file) =>
    eachOr(
      file.steps.filter(({ keyword }) => keyword === 'ADD').flatMap((step) => needlessAdd(file, step)),
      onFile(file, 'pass', 'no such ADD'),
    ),
}

/** Compressed, and possibly an archive: the builder checks its content. */
const compressed = /\.(gz|bz2|xz|zst|lzma|Z)$/
const archive = /\.(tar|tgz|tbz2?|txz|tzst|tar\.\w+)$/i
const isRemote = (source: string) => /^(https?|git|ssh|ftp):\/\/|^git@/i.test(source)
/** The commit in a git address, from its fragment or its query. */
const isCommit = (source: string) => /#[0-9a-f]{40}(:|$)|[?&](?:checksum|commit)=[0-9a-f]{40}\b/.test(source)

function needlessAdd(file: AuditedDockerfile, { words, flags, heredocs, text, line }: AuditedStep): Judgement[] {
  const isFixed = flags.some(
    ({ name, value }) => name === 'checksum' && /^sha\d+:[0-9a-f]{32,}$|^[0-9a-f]{40}$/.test(value),
  )
  const sources = heredocs.length > 0 ? [] : words.slice(0, -1)
  const unknown = sources.filter(
    (source) => (isUnknown(source) || compressed.test(source)) && !isRemote(source) && !archive.test(source),
  )
  const needless = sources.filter(
    (source) => !(isRemote(source) ? isFixed || isCommit(source) : archive.test(source) || unknown.includes(source)),
  )
  const said = `ADD ${text.replaceAll(/:\/\/[^@/\s]*@/g, '://').slice(0, 120)}`
  if (needless.length > 0 || heredocs.length > 0) return [onFile(file, 'fail', said, line)]
  return unknown.length > 0 ? [onFile(file, 'manual', `${said}: say whether it is an archive`, line)] : []
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

/** Files whose name marks them as a credential. */
const keyFiles =
  /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|\.git-credentials|\.netrc|\.pgpass|\.aws\/credentials|\.docker\/config\.json|\.dockercfg|\.kube\/config|[^/]+\.(ppk|p12|pfx))$/

/** Files and directories that hold credentials in one project, and none in the next. */
const maybeKeyFiles =
  /(^|\/)\.(?:ssh|aws|gnupg|kube|docker|azure|config\/gcloud)\/?$|(^|\/)(\.env(?!\.(?:example|sample|template|dist|defaults?)$)(\.[\w-]+)*|\.npmrc|\.pypirc|\.htpasswd|[^/]*(credentials|service[-_]account)[^/]*\.json|[^/]+\.(key|jks|keystore))$/

export const secretsInBuild: Control = {
  id: 'cis-4.10',
  title: 'No credential is written into the build file or the image',
  severity: 'critical',
  remedy:
    'Remove it and replace the credential; pass it to a build with RUN --mount=type=secret, and to a container when it starts.',
  ofRun: (run) => ofRules(run, ['secrets', 'suspected-secrets']),
  ofDockerfile(file) {
    const unread = unreadLines(file.steps)
    return eachOr(
      file.steps.flatMap((step) => [
        ...credentialsOf(step).map(({ found, name }) => onFile(file, 'fail', found, step.line, name)),
        ...copiedOf(step, maybeKeyFiles).map((name) =>
          onFile(file, 'manual', `${step.keyword} ${name}: decide whether it holds a credential`, step.line, name),
        ),
      ]),
      unread.length > 0
        ? onFile(file, 'manual', `no variable looks like a credential${butUnread(file.steps)}`, unread[0])
        : onFile(file, 'pass', 'no variable, label or command that looks like a credential'),
    )
  },
}

function credentialsOf(step: AuditedStep): Array<{ found: string; name: string }> {
  const { keyword, properties, programs, heredocs } = step
  const inProperties = properties
    .filter(
      ({ name, value }) => holdsCredential(name, value) || (keyword === 'ARG' && value === '' && namesCredential(name)),
    )
    .map(({ name }) => ({
      name,
      found:
        keyword === 'ARG' ? `ARG ${name} ends up in the history of the image` : `${keyword} ${name} holds a credential`,
    }))
  const inCommands = (programs?.commands ?? []).flatMap(credentialsIn)
  const inFiles = keyword === 'RUN' ? [] : heredocs.flatMap(({ text }) => credentialsInText(text))
  return [
    ...inProperties,
    ...[...new Set([...inCommands, ...inFiles])].map((name) => ({
      name,
      found: `${keyword} writes a credential out: ${name}`,
    })),
    ...copiedOf(step, keyFiles).map((name) => ({
      name,
      found: `${keyword} ${name} copies a credential into the image`,
    })),
  ]
}

/** What a step copies from the build's context and is called like one of the files. */
function copiedOf({ keyword, words, flags }: AuditedStep, files: RegExp): string[] {
  if (keyword !== 'COPY' && keyword !== 'ADD') return []
  return flags.some(({ name }) => name === 'from') ? [] : words.slice(0, -1).filter((word) => files.test(word))
}
