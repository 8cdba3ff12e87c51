import { DeliveryError } from '../../model/errors.ts'
import type { FailedStep } from '../../model/index.ts'
import { printable } from '../../model/printable.ts'

/** An instruction in the built Dockerfile: its first line, counted from 1, and its text with continuation lines. */
export interface WrittenInstruction {
  line: number
  text: string
}

/** How many lines of output a report shows; the engine's log has all of them. */
const mostLines = 12

/** The exit code of a killed process, usually out of memory: not the Dockerfile's fault. */
const killed = 137

/**
 * The error for a failed build: `BUILD_STEP` if an instruction failed that its author can fix, with line, command, exit
 * code and the last output; otherwise `BUILD`. `cause` is the engine's error, whose message says neither line nor
 * command.
 */
export function buildFailure(
  cause: unknown,
  path: string,
  platform: string,
  instructions: readonly WrittenInstruction[],
): DeliveryError {
  const reason = reasonOf(cause)
  const step = failedStep(cause, reason, path, instructions)
  if (step === undefined || step.exitCode === killed) {
    const what =
      step === undefined ? reason : `${describeStep(step)} was killed (exit code ${killed}, usually out of memory)`
    const cure =
      step === undefined
        ? 'Check the engine and its network, then run again'
        : 'Give the engine more memory, or let the step use less, e.g. with fewer parallel jobs'
    const hint = `${cure}; engine.log has the full output of the build of ${path}.`
    return new DeliveryError('BUILD', `failed to build the image for ${platform}: ${what}`, hint, {
      cause,
      ...(step && { step }),
    })
  }
  const ended = step.exitCode === undefined ? reason : `exited with code ${step.exitCode}`
  const said = step.exitCode === undefined ? '' : (step.output.at(-1) ?? '')
  const hint = `Correct ${step.line === undefined ? path : `line ${step.line} of ${path}`}; engine.log has the full output.`
  const message = `${describeStep(step)} ${step.exitCode === undefined ? 'failed: ' : ''}${ended}${said === '' ? '' : `: ${said}`}`
  return new DeliveryError('BUILD_STEP', message, hint, { cause, step })
}

/** `Dockerfile:12: RUN npm ci`. */
function describeStep({ path, line, instruction }: FailedStep): string {
  return `${path}${line === undefined ? '' : `:${line}`}: ${printable(instruction, 160)}`
}

/** The engine's message without its object IDs, which are thousands of characters long and mean nothing to people. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message
    .replaceAll(/\bload [A-Z]\w*@[\w+/=]+: /g, '')
    .replaceAll(/\bload xxh3:[0-9a-f]+: (?:inputs: )?/g, '')
    .replaceAll(/(?<!\s)\s*\[traceparent:[\w-]+\]/g, '')
    .replace(/^(?:failed to load container from converted ID: |failed to clone built container state: )+/, '')
    .replaceAll(/(?:failed to content hash dockerfile copy: )?failed to copy source (?:directory|file): /g, '')
    .trim()
}

function failedStep(
  cause: unknown,
  reason: string,
  path: string,
  instructions: readonly WrittenInstruction[],
): FailedStep | undefined {
  const { cmd, exitCode, stdout, stderr } = (cause ?? {}) as Partial<
    Record<'cmd' | 'exitCode' | 'stdout' | 'stderr', unknown>
  >
  if (Array.isArray(cmd)) {
    const words = cmd.map(String)
    const found = only(instructions.filter(({ text }) => runs(text, words)))
    return {
      path,
      ...(found === undefined ? {} : { line: found.line }),
      instruction: oneLine(found?.text ?? `RUN ${words.at(-1) ?? ''}`),
      // The engine says -1 if no process was started.
      ...(typeof exitCode === 'number' && exitCode >= 0 ? { exitCode } : {}),
      output: lastOutput(stdout, stderr),
    }
  }
  const missing = /\blstat (\S+): no such file or directory/.exec(reason)?.[1]
  if (missing === undefined) return undefined
  const copies = instructions.filter(({ text }) => /^(?:COPY|ADD)\s/i.test(text) && copied(text, missing))
  const found = only(copies)
  return found && { path, line: found.line, instruction: oneLine(found.text), output: [] }
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined
}

/** Whether an instruction is a RUN of this command: in shell form the last word is its text, in exec form every word is in it. */
function runs(text: string, words: readonly string[]): boolean {
  if (!/^RUN\s/i.test(text)) return false
  const written = squeezed(text)
  const last = squeezed(words.at(-1) ?? '')
  return (last !== '' && written.includes(last)) || words.every((word) => text.includes(JSON.stringify(word)))
}

/** Without continuation marks, comments between them, and white space: the engine joins lines in its own way. */
function squeezed(text: string): string {
  return text
    .replaceAll(/^[ \t]*#.*\n/gm, '')
    .replaceAll(/[\\`][ \t]*\r?\n/g, '')
    .replaceAll(/\s+/g, '')
}

function copied(text: string, path: string): boolean {
  const name = path.replace(/^\/+/, '').replace(/(?<!\/)\/+$/, '')
  return text.split(/[\s"',[\]]+/).some((word) => word.replace(/^(?:\.?\/)+/, '').replace(/(?<!\/)\/+$/, '') === name)
}

function oneLine(text: string): string {
  return text
    .replaceAll(/^[ \t]*#.*\n/gm, '')
    .replaceAll(/[\\`][ \t]*\r?\n\s*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The end of both outputs, whose relative order is unknown. Errors come last, and a long output leaves room for them. */
function lastOutput(stdout: unknown, stderr: unknown): string[] {
  const [written, errors] = [stdout, stderr].map(lastLines) as [string[], string[]]
  const room = Math.max(mostLines / 2, mostLines - errors.length)
  const kept = written.slice(-room)
  return [...kept, ...errors.slice(-(mostLines - kept.length))]
}

function lastLines(text: unknown): string[] {
  if (typeof text !== 'string' || text.trim() === '') return []
  return text
    .trimEnd()
    .split('\n')
    .slice(-mostLines)
    .map((line) => printable(line, 300))
}
