import { posix } from 'node:path'
import type { Lookup } from '../formats/dockerfile/expand.ts'
import type { Heredoc } from '../formats/dockerfile/instructions.ts'
import type { ShellCommand } from '../formats/shell.ts'
import type { AccountFile, AuditedStep } from './audited-dockerfile.ts'

const accountPath = /^\/etc\/(?:passwd$|sudoers(?:$|\.d\/)|doas(?:\.conf$|\.d\/))/

/** True for a Dockerfile whose text can name such a file. */
export function mayNameAccounts(text: string): boolean {
  return /sudoers|doas|passwd/.test(text)
}

/** The files of accounts that COPY and ADD put into the image. `read` returns a file of the build context; undefined if it is not known. */
export function copiedAccounts(
  steps: readonly AuditedStep[],
  read: (source: string) => string | undefined,
): AccountFile[] {
  return stepsOfAccounts(steps).flatMap(({ keyword, words, flags, heredocs, environment, line }) => {
    if (keyword !== 'COPY' && keyword !== 'ADD') return []
    const sources = words.slice(0, -1)
    const isFromStage = flags.some(({ name }) => name === 'from')
    return sources.flatMap((source) => {
      const path = pathOf(source, words.at(-1) ?? '', sources.length > 1)
      // Accounts of another stage are made by its steps.
      if (!accountPath.test(path) || (isFromStage && path === '/etc/passwd')) return []
      const [, name] = /^<<-?["']?(.+?)["']?$/.exec(source) ?? []
      const heredoc = heredocs.find((one) => one.name === name)
      const text = heredoc !== undefined ? textOf(heredoc, environment) : isFromStage ? undefined : read(source)
      return [{ path, line, lines: text?.split('\n') }]
    })
  })
}

function textOf({ text, expands }: Heredoc, environment: Lookup): string {
  if (!expands) return text
  return text.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (written, braced?: string, plain?: string) => {
    const value = environment(braced ?? plain ?? '')
    return typeof value === 'string' ? value : written
  })
}

/** Where a source gets to: into a directory under its own name, or to the path itself. */
function pathOf(source: string, target: string, isOneOfSeveral: boolean): string {
  const isDirectory = isOneOfSeveral || target.endsWith('/') || /^\/(?:etc(?:\/(?:sudoers|doas)\.d)?)?$/.test(target)
  return posix.join('/', target, isDirectory ? posix.basename(source) : '')
}

/** The steps that make the accounts of the image: those that ship, or all if it has the accounts of another stage. */
export function stepsOfAccounts(steps: readonly AuditedStep[]): AuditedStep[] {
  const shipped = steps.filter((step) => step.shipped)
  const isOfStage = shipped.some(
    ({ keyword, flags, words }) =>
      keyword === 'COPY' &&
      flags.some(({ name }) => name === 'from') &&
      words
        .slice(0, -1)
        .some((source) => /^\/(?:etc(?:\/passwd)?)?$/.test(posix.join(source, '.').replace(/(.)\/$/, '$1'))),
  )
  return isOfStage ? [...steps] : shipped
}

/** Programs that put a file somewhere, or change one, whose text is not among their arguments. */
const movers = /^(?:cp|mv|install|ln|rsync)$/
const downloads = /^(?:curl|wget)$/
export const editors = /^(?:sed|perl|awk|gawk)$/

/** The files of accounts that a command writes. */
export function writtenAccounts(command: ShellCommand, line: number): AccountFile[] {
  const { name, args, texts, writesTo, inputFrom } = command
  const written = [...writesTo, ...(name === 'tee' ? args : [])].filter((path) => accountPath.test(path))
  const words = [...args, ...texts, ...inputFrom.flatMap((before) => [...before.args, ...before.texts])]
  const lines = [...words, args.join(' ')].flatMap((text) => text.split(/\n|\\n/))
  const [source = '', target = ''] = args.filter((word) => !word.startsWith('-')).slice(-2)
  const put = movers.test(name)
    ? [pathOf(source, target, false)]
    : downloads.test(name)
      ? args.map((word) => word.replace(/^--output(?:-document)?=/, ''))
      : editors.test(name)
        ? args.filter((word) => word !== '/etc/passwd')
        : []
  return [
    ...written.map((path) => ({ path, line, lines })),
    ...put.filter((path) => accountPath.test(path)).map((path) => ({ path, line, lines: undefined })),
  ]
}
