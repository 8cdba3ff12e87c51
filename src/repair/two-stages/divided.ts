import type { DockerfileFile, Edit, PlacedInstruction } from '../dockerfile-file.ts'
import { goCacheOption } from '../go-cache.ts'
import { execEdit } from '../kept-remarks.ts'
import { blockOf, wholeLines } from '../placed-paths.ts'
import { variablesOf } from '../set-variables.ts'
import type { SingleStage } from './single-stage.ts'

/** How a stage is divided: what the second one starts from, takes from the first, and starts. */
export interface Division {
  /** The base of the shipped stage. */
  base: string
  /** The words in place of those of the instruction that names the program. */
  words: readonly string[]
  /** What is copied, by its path in the first stage and in the second. */
  copies: ReadonlyArray<readonly [from: string, to: string]>
  /** The numeric user that it runs as. */
  user: string
  /** True if the base has an entry point of its own, which would get the words as arguments. */
  resetsEntrypoint: boolean
  /** Commands at the end of the first stage, or behind one of its instructions, which change seldom there. */
  finish: readonly string[]
  finishBehind?: PlacedInstruction
  /** Commands that remove what the second stage does not take, at the end of the first one. */
  removes: readonly string[]
  /** Changes to the first stage. */
  edits: readonly Edit[]
}

/** Instructions about the image, not about its files. */
const aboutImage = /^(CMD|ENTRYPOINT|EXPOSE|LABEL|HEALTHCHECK|STOPSIGNAL|MAINTAINER)$/

/** Variables that only a tool of the build reads, and the tool: others may be the application's, whatever they start with. */
const ofBuild: ReadonlyArray<readonly [name: RegExp, tool: RegExp]> = [
  [/^DEBIAN_FRONTEND$/, /\b(apt|apt-get|dpkg)\b/],
  [/^(CGO_(ENABLED|\w+FLAGS)|GO(FLAGS|PROXY|SUMDB|PRIVATE|CACHE|MODCACHE|TOOLCHAIN)|GO111MODULE)$/, /\bgo\b/],
  [
    /^PIP_(NO_CACHE_DIR|CACHE_DIR|DISABLE_PIP_VERSION_CHECK|DEFAULT_TIMEOUT|TIMEOUT|ROOT_USER_ACTION|(EXTRA_)?INDEX_URL|TRUSTED_HOST|BREAK_SYSTEM_PACKAGES|PREFER_BINARY|NO_INPUT|RETRIES|QUIET)$/,
    /\bpip[0-9.]*\b/,
  ],
  [/^POETRY_(VERSION|HOME|NO_INTERACTION|CACHE_DIR|VIRTUALENVS_\w+|INSTALLER_\w+)$/, /\bpoetry\b/],
  [/^UV_(COMPILE_BYTECODE|LINK_MODE|SYSTEM_PYTHON|PROJECT_ENVIRONMENT|NO_CACHE|CACHE_DIR|PYTHON_DOWNLOADS)$/, /\buv\b/],
  [/^npm_config_\w+$/i, /\bnpm\b/],
]

/**
 * The edits that divide a stage: it gets a name, what is about the image moves behind its end, and a second stage takes
 * what is run. Comments go with the instruction that they stand above.
 */
export function divide(file: DockerfileFile, stage: SingleStage, division: Division): Edit[] {
  const { name, from, last, instructions } = stage
  const moved = instructions.filter(({ keyword, start }) => aboutImage.test(keyword) && start < last.start)
  const behind = instructions.filter(({ start }) => start > last.start)
  const isNamed = from.words.length > 1
  return [
    ...(isNamed ? [] : [{ start: from.end, end: from.end, text: ` AS ${name}` }]),
    ...moved.map((one) => ({ ...wholeLines(file, blockOf(file, one)), text: '' })),
    ...finishing(file, stage, division),
    // What root could write to, and the other user could not.
    ...(stage.made.length === 0
      ? []
      : [
          {
            start: last.end,
            end: last.end,
            text: `${file.newline}RUN chown -R ${division.user} ${stage.made.join(' ')}`,
          },
        ]),
    { start: last.end, end: last.end, text: secondStage(file, stage, division, moved) },
    ...behind.flatMap((one) => rewritten(file, stage, division, one)),
    ...division.edits,
  ]
}

/** Options of a RUN that mount no files which could be removed by mistake. */
const mountsNoFiles = new RegExp(`^--(?!mount)|^--mount=type=(secret|ssh)\\b|^${goCacheOption}$`)

/** The commands at the end of the first stage. */
function finishing(file: DockerfileFile, { runs, last }: SingleStage, division: Division): Edit[] {
  const { finish, finishBehind, removes } = division
  const and = ` ${file.escape}${file.newline}    && `
  const script = runs.find(({ instruction }) => instruction === last)?.script
  // A layer of its own would take time in each build.
  if (finish.length === 0 && script?.chain !== undefined && last.flags.every((one) => mountsNoFiles.test(one)))
    return [{ start: script.end, end: script.end, text: removes.map((command) => `${and}${command}`).join('') }]
  const { end } = finishBehind ?? last
  const commands = [...finish, ...removes].join(and)
  return [{ start: end, end, text: commands === '' ? '' : `${file.newline}RUN ${commands}` }]
}

function secondStage(
  file: DockerfileFile,
  stage: SingleStage,
  division: Division,
  moved: readonly PlacedInstruction[],
): string {
  const { newline } = file
  const written = moved.map((one) => {
    const { start, end } = blockOf(file, one)
    const [edit] = rewritten(file, stage, division, one)
    return edit === undefined
      ? file.text.slice(start, end)
      : `${file.text.slice(start, edit.start)}${edit.text}${file.text.slice(edit.end, end)}`
  })
  const isBehind = stage.instructions.some(({ keyword, start }) => keyword === 'USER' && start > stage.last.start)
  const lines = [
    '',
    `FROM ${division.base}`,
    ...variables(file, stage, written.join('\n')),
    // Some bases have another of their own.
    `WORKDIR ${stage.directory}`,
    ...division.copies.map(([source, target]) => `COPY --from=${stage.name} ${source} ${target}`),
    ...(isBehind ? [] : [`USER ${division.user}`]),
    ...(division.resetsEntrypoint ? ['ENTRYPOINT []'] : []),
    ...written,
  ]
  return lines.map((line) => `${newline}${line}`).join('')
}

/** The variables that the application may read, and the variables and arguments that they are made from. */
function variables({ text }: DockerfileFile, { instructions, last, runs }: SingleStage, others: string): string[] {
  const before = instructions.filter(({ start, keyword }) => start < last.start && /^(ENV|ARG)$/.test(keyword))
  const scripts = runs.map(({ script }) => script.text).join('\n')
  const isOfBuild = (name: string) => ofBuild.some(([form, tool]) => form.test(name) && tool.test(scripts))
  const textOf = ({ start, end }: PlacedInstruction) => text.slice(start, end)
  const kept = new Set(
    before.filter((one) => one.keyword === 'ENV' && variablesOf(one).some(([name]) => !isOfBuild(name))),
  )
  // What a later one is made from stands before it.
  for (const one of before.toReversed()) {
    const read = [...[...kept].map(textOf), others].join('\n')
    const isRead = (name: string) => /^\w+$/.test(name) && new RegExp(`\\$\\{?${name}\\b`).test(read)
    if (variablesOf(one).some(([name]) => isRead(name))) kept.add(one)
  }
  return before.filter((one) => kept.has(one)).map(textOf)
}

/** The instruction that starts the application, or a user with a name, as the second stage has it. */
function rewritten(
  file: DockerfileFile,
  { started }: SingleStage,
  { words, user }: Division,
  one: PlacedInstruction,
): Edit[] {
  if (one === started.instruction) return [execEdit(file, one, words)]
  return one.keyword === 'USER' ? [{ start: one.start, end: one.end, text: `USER ${user}` }] : []
}
