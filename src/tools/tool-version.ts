import { DeliveryError } from '../model/errors.ts'
import { tools, type Tool } from './images.ts'

/** How each tool is asked for its version, and how it answers. What follows a plus sign only says who built it. */
const questions = {
  hadolint: { argv: ['--version'], answer: /^Haskell Dockerfile Linter v?(\d+(?:\.\d+)*)/ },
  trivy: { argv: ['--version'], answer: /^Version: v?(\d+(?:\.\d+)*)/ },
  dive: { argv: ['--version'], answer: /^dive v?(\d+(?:\.\d+)*)/ },
  'container-structure-test': { argv: ['version'], answer: /^v?(\d+(?:\.\d+)*)/ },
  crane: { argv: ['version'], answer: /^v?(\d+(?:\.\d+)*)/ },
  cosign: { argv: ['version', '--json'], answer: /"gitVersion": ?"v?(\d+(?:\.\d+)*)/ },
} as const satisfies Record<string, { argv: readonly string[]; answer: RegExp }>

export type AskedTool = keyof typeof questions

/** Arguments that make a tool say its version. */
export function askVersion(tool: AskedTool, program: string): string[] {
  return [program, ...questions[tool].argv]
}

/** The version that a tool's answer says, or undefined where it says none. */
function saidVersion(tool: AskedTool, stdout: string): string | undefined {
  return questions[tool].answer.exec(stdout.trim())?.[1]
}

/** Throws `TOOL` where a tool says that it is of another version than the pinned one, or says nothing that can be read. */
export function requireVersion(tool: AskedTool, version: string, stdout: string): void {
  const said = saidVersion(tool, stdout)
  const known = (Object.values(tools) as Tool[]).find(({ name }) => name === tool)
  if (said !== undefined && (said === version || said === known?.calledVersion)) return
  throw new DeliveryError(
    'TOOL',
    `expected ${tool} to be version ${version}; it ${said === undefined ? 'does not say which it is' : `says that it is ${said}`}`,
    'Check which image is pinned under this name: "loadline doctor" lists them. On a sealed network set up the toolchain again.',
  )
}
