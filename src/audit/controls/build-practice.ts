import { isUnknown, showUnknown } from '../../formats/unknown-value.ts'
import { fullReference, namesDigest, parseImageReference } from '../../formats/image-reference.ts'
import type { AuditedDockerfile } from '../audited-dockerfile.ts'
import type { Container } from '../container.ts'
import { eachOr, on, onFile, type Control, type Status } from '../control.ts'
import { ofRules } from '../of-rules.ts'

/**
 * Tags that are expected to move, also with a suffix. A version can move too, and only a digest cannot: the gate
 * requires one (base-pinned).
 */
const moving =
  /^(latest|stable|edge|main|master|trunk|head|dev|develop|development|nightly|daily|weekly|lts|mainline|current|next|alpha|beta|rc|pre|preview|rolling|snapshot|canary|unstable|testing|sid|prod|production|staging|release)$/

/** What pins a moving tag: a full version, a date, a commit. */
const fixing = /^(v?\d+\.\d+\.\d|20\d{6,}$|(?=.*\d)(?=.*[a-f])[0-9a-f]{7,40}$)/

/** Variants of an image, which say on what it stands and not which version it is. */
const variant =
  /^(slim|fat|full|minimal|alpine[\d.]*|musl|glibc|ubi\d*|windowsservercore|nanoserver|ltsc\d+|buster|bullseye|bookworm|trixie|focal|jammy|noble|ubuntu[\d.]*|debian[\d.]*)$/

function isMoving(name: string, tag: string): boolean {
  const [first = '', ...behind] = tag.toLowerCase().split(/[-_]/)
  if (!/\d/.test(tag)) return true
  if (
    [first, ...behind].every((part) => variant.test(part)) &&
    !/^(alpine|nanoserver|servercore|windows|ubi\d*)/.test(name)
  )
    return true
  if (!moving.test(first) && !behind.some((part) => /^(latest|nightly|snapshot)$/.test(part))) return false
  return !/20\d\d[-_]\d\d[-_]\d\d/.test(tag) && !behind.some((part) => fixing.test(part))
}

/** Code names of Debian and Ubuntu releases, which identify a version as its number does. */
const codeNames =
  /^(wheezy|jessie|stretch|buster|bullseye|bookworm|trixie|forky|trusty|xenial|bionic|focal|jammy|noble|oracular|plucky|questing)(-|$)/

function isDistribution(name: string, tag: string): boolean {
  return /^(debian|ubuntu|buildpack-deps)$/.test(name) && codeNames.test(tag)
}

/** The tag of a reference, as far as it is known. */
function judgeTag(reference: string): { status: Status; found: string } {
  const found = showUnknown(reference)
  if (reference === 'scratch') return { status: 'not-applicable', found: 'FROM scratch' }
  if (namesDigest(reference)) return { status: 'pass', found }
  const last = reference.slice(reference.lastIndexOf('/') + 1)
  const [name = '', tag] = last.split(':')
  const decides = `${found}: a variable decides which image this is`
  if (!isUnknown(reference) && parseImageReference(reference) === undefined)
    return { status: 'manual', found: `${found} is not an image reference` }
  if (tag === undefined)
    return isUnknown(name)
      ? { status: 'manual', found: decides }
      : { status: 'fail', found: `${found} names no tag, which means latest` }
  if (isUnknown(tag)) return { status: 'manual', found: decides }
  return { status: isMoving(name, tag) && !isDistribution(name, tag) ? 'fail' : 'pass', found }
}

/** Without an image, a service of Compose is built; where nothing builds, something else names one. */
export const isBuilt = ({ platform, leftTo }: Container) => platform === 'compose' && leftTo === undefined

export const imageTag: Control = {
  id: 'practice-image-tag',
  title: 'Images are referenced by version or digest, not by a moving tag',
  severity: 'medium',
  remedy: 'Use a digest, or at least a version; "loadline lock" pins the bases of a Dockerfile.',
  ofDockerfile: (file) =>
    file.images.map(({ reference, line }) => {
      const { status, found } = judgeTag(reference)
      const parsed = isUnknown(reference) ? undefined : parseImageReference(reference)
      return parsed !== undefined && file.pinned.has(fullReference(parsed))
        ? onFile(file, 'pass', `${found}, pinned by loadline.lock.json`, line, reference)
        : onFile(file, status, found, line, reference)
    }),
  ofContainer(container) {
    if (container.image === undefined)
      return [
        isBuilt(container)
          ? on(container, 'not-applicable', 'built here')
          : on(container, 'inherited', 'it names no image: what fills it in decides'),
      ]
    const { status, found } = judgeTag(container.image.value)
    return [on(container, status, found, container.image)]
  },
}

/** Images that hold a whole distribution or compiler unless their tag names a slim variant. */
const whole =
  /^library\/(python|node|golang|rust|ruby|php|perl|gcc|openjdk|eclipse-temurin|maven|gradle|ubuntu|centos|fedora|amazonlinux|buildpack-deps|swift|haskell|elixir|mono)$/

export const largeImage: Control = {
  id: 'practice-large-image',
  title: 'The shipped image starts from a small base',
  severity: 'low',
  remedy: 'Build in one stage and ship from another that starts from a distroless or slim base.',
  ofRun: (run) => ofRules(run, ['size-unpacked']),
  ofDockerfile: (file) =>
    file.images
      .filter(({ final }) => final)
      .map(({ reference, line }) => {
        const parsed = parseImageReference(reference)
        const large =
          parsed?.registry === 'docker.io' &&
          whole.test(parsed.repository) &&
          !/slim|alpine|distroless|jre|minimal/.test(parsed.tag ?? '')
        return onFile(
          file,
          large ? 'fail' : 'pass',
          large ? `ships ${reference}, a whole distribution or toolchain` : `ships from ${reference}`,
          line,
        )
      }),
}

/** From this many in a row, layers multiply needlessly. */
const mostRuns = 3

export const runPerLine: Control = {
  id: 'practice-run-per-line',
  title: 'Related commands share one RUN',
  severity: 'low',
  remedy: 'Join adjacent steps with && or a heredoc: an earlier layer still ships what a later one removes.',
  ofDockerfile(file) {
    const kept = file.steps.filter(({ shipped }) => shipped)
    const starts = kept.filter(
      ({ keyword }, index) =>
        keyword === 'RUN' &&
        kept[index - 1]?.keyword !== 'RUN' &&
        kept.slice(index, index + mostRuns).length === mostRuns &&
        kept.slice(index, index + mostRuns).every((step) => step.keyword === 'RUN'),
    )
    return eachOr(
      starts.map(({ line }) => onFile(file, 'fail', `${mostRuns} or more RUN instructions in a row`, line)),
      onFile(file, 'pass', `fewer than ${mostRuns} RUN instructions in a row`),
    )
  },
}

export const hardCodedConfiguration: Control = {
  id: 'practice-hard-coded-configuration',
  title: 'Environment-specific settings are not built into the image',
  severity: 'low',
  remedy: 'Remove the variable from the image and set it where the container is deployed.',
  ofDockerfile(file) {
    const ofBuild = variablesOfBuild(file)
    return eachOr(
      file.steps
        .filter(({ keyword, shipped }) => keyword === 'ENV' && shipped)
        .flatMap(({ properties, line }) =>
          properties
            .filter(({ name, value }) => namesEnvironment(name, value) && !ofBuild.has(name))
            .map(({ name }) => onFile(file, 'fail', `ENV ${name} is specific to one environment`, line, name)),
        ),
      onFile(file, 'pass', 'no environment-specific variable'),
    )
  },
}

/** Variables that steps of the build use, e.g. for what they download. */
function variablesOfBuild({ steps }: AuditedDockerfile): Set<string> {
  const scripts = steps.flatMap(({ keyword, script }) => (keyword === 'RUN' && script !== undefined ? [script] : []))
  return new Set(scripts.flatMap((script) => [...script.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)))
}

function namesEnvironment(name: string, value: string): boolean {
  if (isUnknown(value) || /^$|^(https?:\/\/)?(localhost|127\.0\.0\.1|0\.0\.0\.0|::1?)\b/.test(value)) return false
  if (/_PROXY$/i.test(name)) return false
  return (
    /^[a-z][a-z0-9+.-]*:\/\/\S/.test(value) ||
    /(^|_)(HOST|HOSTNAME|ENDPOINT|SERVER)$/i.test(name) ||
    /^\d{1,3}(\.\d{1,3}){3}(:\d+)?$/.test(value) ||
    (/(^|_)ENV(IRONMENT)?$/i.test(name) && /^(dev|development|test|staging)$/i.test(value))
  )
}
