import { posix } from 'node:path'
import { isOfOtherPlatform, stageName } from '../compiled-check.ts'
import { shippedInstructions, type DockerfileFile, type PlacedInstruction } from '../dockerfile-file.ts'
import { arrayText, execEdit } from '../kept-remarks.ts'
import { hasShell, violationsOf, type Proposal, type Repair, type Situation } from '../repair.ts'

/** Programs that pass signals on already. */
const inits = /^(tini|tini-static|docker-init|dumb-init|catatonit|init|s6-svscan|supervisord|runit|my_init)$/

/** What starts the application as a process of its own, which the signal must reach too. */
const starters = /^(sh|bash|dash|ash|npm|npx|yarn|pnpm|env)$/

/** Official images on Debian or Ubuntu, whose packages include the program. */
const onDebian = /^docker\.io\/library\/(debian|ubuntu|golang|python|node|rust|maven|gradle|eclipse-temurin|ruby|php):/

// Its one version: any build of it is taken, because distributions remove old ones.
const apt =
  'apt-get update && apt-get install -y --no-install-recommends tini=0.19.* && apt-get clean && rm -rf /var/lib/apt/lists/*'
const apk = 'apk add --no-cache tini=~0.19'

/** Process 1 ignores each signal for which it has no handler; any other process is ended by it. */
export const initProcess: Repair = {
  id: 'init-process',
  title:
    'An application that does not end when it is asked to, because it is process 1, is started by `tini`, which passes the signal on',
  answers: ['runtime-stop'],
  propose(situation) {
    const { file, image } = situation
    const { entrypoint = [], cmd = [] } = image.configuration ?? {}
    const words = [...entrypoint, ...cmd]
    if (violationsOf(situation, 'runtime-stop').length === 0 || inits.test(posix.basename(words[0] ?? ''))) return {}
    const installed = installedIn(situation)
    const started = installed === undefined ? undefined : entrypointThrough(situation, installed.program)
    if (installed === undefined && installers(file).length > 0)
      return {
        remains: [
          {
            rule: 'runtime-stop',
            text: 'It does not end when it is asked to. The stages that could install an init are on the platform of the build, and not on that of the image: handle the signal in the program.',
          },
        ],
      }
    if (installed === undefined || started === undefined) return {}
    const proposal: Proposal = {
      repair: initProcess.id,
      what: 'starts the application by tini, so that it ends when it is asked to',
      equal: false,
      edits: [installed.edit, ...(started.edits ?? [])],
      tail: [...installed.tail, ...(started.tail ?? [])],
    }
    return file.text.includes('tini') ? {} : { proposals: [proposal] }
  },
}

interface Installed {
  /** Its path in the shipped image. */
  program: string
  edit: NonNullable<Proposal['edits']>[number]
  tail: string[]
}

/** The program from the packages of the shipped stage, or else from those of an earlier one. */
function installedIn(situation: Situation): Installed | undefined {
  const { file, image } = situation
  const has = (name: string) => image.packages.some((one) => one.name === name)
  const own = file.instructions.find(({ stage }) => stage === file.target)
  if (own === undefined) return undefined
  const isFromImage = file.images.some(({ kind, stage }) => kind === 'from' && stage === file.target)
  if (hasShell(situation) && isFromImage && has('apt'))
    return { program: '/usr/bin/tini', edit: behind(file, own, apt), tail: [] }
  if (hasShell(situation) && isFromImage && has('apk-tools'))
    return { program: '/sbin/tini', edit: behind(file, own, apk), tail: [] }
  const from = installers(file).find((one) => !isOfOtherPlatform(one))
  return from === undefined
    ? undefined
    : {
        program: '/usr/bin/tini',
        edit: behind(file, from, apt),
        tail: [`COPY --from=${stageName(from)} /usr/bin/tini-static /usr/bin/tini`],
      }
}

/** The beginnings of the stages that are not shipped, and can install the program. */
function installers(file: DockerfileFile): PlacedInstruction[] {
  const stages = file.images.flatMap(({ kind, stage, reference }) =>
    kind === 'from' && !file.shipped.includes(stage) && onDebian.test(reference) && !reference.includes('alpine')
      ? [stage]
      : [],
  )
  return file.instructions.filter(({ keyword, stage }) => keyword === 'FROM' && stages.includes(stage))
}

function behind({ newline }: DockerfileFile, { end }: PlacedInstruction, command: string): Installed['edit'] {
  return { start: end, end, text: `${newline}RUN ${command}` }
}

/** ENTRYPOINT with the program before what it starts now; undefined if that is not known word by word. */
function entrypointThrough({ file, image }: Situation, program: string): Pick<Proposal, 'edits' | 'tail'> | undefined {
  const { entrypoint = [], cmd = [] } = image.configuration ?? {}
  const find = (keyword: string) => shippedInstructions(file).findLast((one) => one.keyword === keyword)
  const [own, ownCmd] = [find('ENTRYPOINT'), find('CMD')]
  if (own !== undefined && !own.json) return undefined
  const first = posix.basename([...entrypoint, ...cmd][0] ?? '')
  const words = [program, ...(starters.test(first) ? ['-g'] : []), '--', ...(own?.words ?? entrypoint)]
  if (own !== undefined) return { edits: [execEdit(file, own, words)] }
  const text = `ENTRYPOINT ${arrayText(words)}`
  // An ENTRYPOINT drops the CMD of the base.
  return { tail: [text, ...(ownCmd === undefined && cmd.length > 0 ? [`CMD ${arrayText(cmd)}`] : [])] }
}
