import { posix } from 'node:path'
import { shippedInstructions, type DockerfileFile } from './dockerfile-file.ts'
import type { Situation } from './repair.ts'
import { variablesOf } from './set-variables.ts'

/** The variable from which a command takes the port: `--port ${PORT:-8000}`. Undefined if it is another port that it has. */
function variableOf(file: DockerfileFile, command: readonly string[], port: number): string | undefined {
  const found = [...command.join(' ').matchAll(/\$(?:\{(\w*PORT)(?::?-(\d+))?\}|(\w*PORT)\b)/gi)]
  const [name, more] = new Set(found.map(([, braced, , bare]) => braced ?? bare ?? ''))
  const [, set] =
    shippedInstructions(file)
      .filter(({ keyword }) => keyword === 'ENV')
      .flatMap(variablesOf)
      .findLast(([one]) => one === name) ?? []
  const value = set ?? found.find(([, , otherwise]) => otherwise !== undefined)?.[2]
  return more === undefined && (value ?? String(port)) === String(port) ? name : undefined
}

/**
 * A health check that asks the port which the command reads from a variable, and the one that it was seen on if there is
 * none. It stays as it is if the command names no variable.
 */
export function withPortVariable(
  { file, image }: Situation,
  check: readonly string[],
  port: number,
): readonly string[] {
  const { entrypoint = [], cmd = [], shells = [] } = image.configuration ?? {}
  const name = variableOf(file, [...entrypoint, ...cmd], port)
  const [shell] = shells
  const [program = '', option = '', script = ''] = check
  if (name === undefined) return check
  const inShell = `\${${name}:-${port}}`
  const kind = posix.basename(program)
  if (kind.startsWith('python')) {
    const read = `os.environ.get("${name}", "${port}")`
    const asked = script
      .replace(`:${port}`, `:" + ${read} + "`)
      .replace(/", (\d+)\)/, (written, found) => (found === String(port) ? `", int(${read}))` : written))
    return [program, option, asked.replace(/^import /, 'import os, ')]
  }
  if (kind.startsWith('node')) {
    const read = `(process.env.${name} || ${port})`
    return [
      program,
      option,
      script.replace(`:${port}`, `:" + ${read} + "`).replace(`connect(${port},`, `connect(${read},`),
    ]
  }
  // Behind the host, which has numbers as well.
  if (kind === 'bash') return [program, option, script.replace(new RegExp(`/${port}(?=$| )`), `/${inShell}`)]
  if (shell === undefined) return check
  const words = check.map((word) =>
    word === String(port) || word.includes(`:${port}`)
      ? `"${word.replace(new RegExp(`(^|:)${port}(?=$|/)`), `$1${inShell}`)}"`
      : word,
  )
  return [shell, '-c', words.join(' ')]
}
