import { isShell, unwrapped } from '../shell-wrappers.ts'
import type { Instruction } from './instructions.ts'

/** The commands of an instruction in shell form. A here-document alone after RUN is its script. */
export function scriptOfStep({ keyword, rest, heredocs }: Instruction): string | undefined {
  if (keyword === 'HEALTHCHECK') return /^CMD\s+(.*)/is.exec(rest)?.[1]
  if (!['RUN', 'CMD', 'ENTRYPOINT'].includes(keyword)) return undefined
  const [only] = heredocs
  if (only === undefined) return rest
  if (/^\d*<<-?\S+$/.test(rest)) return withoutInterpreter(only.text)
  return `${rest}\n${heredocs.map(({ name, text }) => `${text}${name}\n`).join('')}`
}

/** A script with its own interpreter (`#!`) is read if that is a shell. */
function withoutInterpreter(text: string): string | undefined {
  const interpreter = /^#!(.*)/.exec(text)?.[1]
  if (interpreter === undefined) return text
  return isShell(unwrapped(interpreter.trim().split(/\s+/)).name) ? text : undefined
}

/** Whether the shell has a different syntax: PowerShell, cmd. A Dockerfile with the backtick as escape is for Windows. */
export function isForeignShell(shell: readonly string[] | undefined, escape: string): boolean {
  if (shell === undefined) return escape === '`'
  const [program = ''] = shell
  return !isShell(program) && !/(^|\/)(busybox|env)$/.test(program)
}
