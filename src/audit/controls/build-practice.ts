import { parseImageReference } from '../../formats/image-reference.ts'
import { eachOr, on, onFile, type Control, type Status } from '../control.ts'
import { ofRules } from '../of-rules.ts'

/** Tags that everybody expects to move. A version can move as well, and only a digest cannot: the gate asks for that (base-pinned). */
const moving =
  /^(latest|stable|edge|main|master|dev|develop|nightly|lts|mainline|current|beta|rc|rolling|snapshot|canary|alpine|slim|bookworm|trixie|prod|production|staging)$/

function judgeTag(written: string): { status: Status; found: string } {
  if (written === 'scratch') return { status: 'not-applicable', found: 'FROM scratch' }
  const parsed = parseImageReference(written)
  if (parsed === undefined) return { status: 'manual', found: `${written}: a variable decides which image this is` }
  if (parsed.digest !== undefined) return { status: 'pass', found: written }
  if (parsed.tag === undefined) return { status: 'fail', found: `${written} names no tag, which means latest` }
  return { status: moving.test(parsed.tag) ? 'fail' : 'pass', found: written }
}

export const imageTag: Control = {
  id: 'practice-image-tag',
  title: 'Images are named by a version or a digest, not by a tag that moves',
  severity: 'medium',
  remedy: 'Name a digest, or at least a version; "loadline lock" pins what a Dockerfile starts from.',
  ofDockerfile: (file) =>
    file.images.map(({ written, line }) => {
      const { status, found } = judgeTag(written)
      return onFile(file, status, found, line, written)
    }),
  ofContainer(container) {
    if (container.image === undefined) return [on(container, 'not-applicable', 'built here')]
    const { status, found } = judgeTag(container.image.value)
    return [on(container, status, found, container.image)]
  },
}

/** Images that hold a whole distribution or compiler where they have no slim variant in their tag. */
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
      .map(({ written, line }) => {
        const parsed = parseImageReference(written)
        const large =
          parsed?.registry === 'docker.io' &&
          whole.test(parsed.repository) &&
          !/slim|alpine|distroless|jre|minimal/.test(parsed.tag ?? '')
        return onFile(
          file,
          large ? 'fail' : 'pass',
          large ? `ships ${written}, a whole distribution or tool chain` : `ships from ${written}`,
          line,
        )
      }),
}

/** From this many in a row on, layers multiply for nothing. */
const mostRuns = 3

export const runPerLine: Control = {
  id: 'practice-run-per-line',
  title: 'Steps that belong together share one RUN',
  severity: 'low',
  remedy: 'Join neighbouring steps with && or a heredoc: what a later layer removes, an earlier one still ships.',
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
      starts.map(({ line }) => onFile(file, 'fail', `${mostRuns} or more RUN in a row`, line)),
      onFile(file, 'pass', `fewer than ${mostRuns} RUN in a row`),
    )
  },
}

export const hardCodedConfiguration: Control = {
  id: 'practice-hard-coded-configuration',
  title: 'What differs between environments is not built in',
  severity: 'low',
  remedy: 'Leave the variable out of the image and set it where the container is deployed.',
  ofDockerfile: (file) =>
    eachOr(
      file.steps
        .filter(({ keyword, shipped }) => keyword === 'ENV' && shipped)
        .flatMap(({ properties, line }) =>
          properties
            .filter(({ name, value }) => namesEnvironment(name, value))
            .map(({ name }) => onFile(file, 'fail', `ENV ${name} names one environment`, line, name)),
        ),
      onFile(file, 'pass', 'no address or environment among the variables'),
    ),
}

function namesEnvironment(name: string, value: string): boolean {
  if (value.includes('$') || /^$|^(https?:\/\/)?(localhost|127\.0\.0\.1|0\.0\.0\.0|::1?)\b/.test(value)) return false
  if (/_PROXY$/i.test(name)) return false
  return (
    /^[a-z][a-z0-9+.-]*:\/\/\S/.test(value) ||
    /(^|_)(HOST|HOSTNAME|ENDPOINT|SERVER)$/i.test(name) ||
    /^\d{1,3}(\.\d{1,3}){3}(:\d+)?$/.test(value) ||
    (/(^|_)ENV(IRONMENT)?$/i.test(name) && /^(dev|development|test|staging)$/i.test(value))
  )
}
