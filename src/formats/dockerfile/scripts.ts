import type { Instruction } from './instructions.ts'

/** The commands of an instruction in shell form. A here-document alone after RUN is its script. */
export function scriptOfStep({ keyword, rest, heredocs }: Instruction): string | undefined {
  if (keyword === 'HEALTHCHECK') return /^CMD\s+(.*)$/is.exec(rest)?.[1]
  if (!/^(RUN|CMD|ENTRYPOINT)$/.test(keyword)) return undefined
  const [only] = heredocs
  if (only === undefined) return rest
  if (/^\d*<<-?\S+$/.test(rest.trim())) return withoutInterpreter(only.text)
  return `${rest}\n${heredocs.map(({ name, text }) => `${text}${name}\n`).join('')}`
}

/** A script with its own interpreter (`#!`) is read if that is a shell. */
function withoutInterpreter(text: string): string | undefined {
  const program = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(text)
  if (program === null) return text
  return /(^|\/)(ba|da|z|k|a)?sh$/.test(/\benv$/.test(program[1] ?? '') ? (program[2] ?? '') : (program[1] ?? ''))
    ? text
    : undefined
}

/** Whether the shell has a different syntax: PowerShell, cmd. A Dockerfile with the backtick as escape is for Windows. */
export function isForeignShell(shell: readonly string[] | undefined, escape: string): boolean {
  if (shell === undefined) return escape === '`'
  return !/(^|\/)(busybox|(ba|da|z|k|a)?sh)$/.test(shell[0] ?? '') && !/(^|\/)env$/.test(shell[0] ?? '')
}
