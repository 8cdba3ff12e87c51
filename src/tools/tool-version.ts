import { DeliveryError } from '../model/errors.ts'

/** Tools that do not write their version into their report: how they are asked, and how they answer. What follows a plus sign only says who built them. */
const questions = {
  hadolint: { argv: ['--version'], answer: /^Haskell Dockerfile Linter v?(\d+(?:\.\d+)*)/ },
  dive: { argv: ['--version'], answer: /^dive v?(\d+(?:\.\d+)*)/ },
  'container-structure-test': { argv: ['version'], answer: /^v?(\d+(?:\.\d+)*)/ },
} as const satisfies Record<string, { argv: readonly string[]; answer: RegExp }>

export type AskedTool = keyof typeof questions

/** Arguments that make a tool say its version. */
export function askVersion(tool: AskedTool, program: string): string[] {
  return [program, ...questions[tool].argv]
}

/** Throws `TOOL` where a tool says that it is of another version than the pinned one, or says nothing that can be read. */
export function requireVersion(tool: AskedTool, pinned: string, stdout: string): void {
  const said = questions[tool].answer.exec(stdout.trim())?.[1]
  if (said === pinned) return
  throw new DeliveryError(
    'TOOL',
    `${tool} was to be of version ${pinned} and ${said === undefined ? 'does not say which it is' : `says that it is ${said}`}`,
    'Check what the lock file pins under this name: run "loadline lock" again, or set the sealed toolchain up anew.',
  )
}
