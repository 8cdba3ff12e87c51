import { DeliveryError } from '../model/errors.ts'
import { tools, type Tool } from './images.ts'

/** How to ask each tool for its version, and how it answers. Anything after a plus sign only says who built it. */
const questions = {
  hadolint: { argv: ['--version'], answer: /^Haskell Dockerfile Linter v?(\d+(?:\.\d+)*)/ },
  trivy: { argv: ['--version'], answer: /^Version: v?(\d+(?:\.\d+)*)/ },
  dive: { argv: ['--version'], answer: /^dive v?(\d+(?:\.\d+)*)/ },
  'container-structure-test': { argv: ['version'], answer: /^v?(\d+(?:\.\d+)*)/ },
  cosign: { argv: ['version', '--json'], answer: /"gitVersion": ?"v?(\d+(?:\.\d+)*)/ },
} as const satisfies Record<string, { argv: readonly string[]; answer: RegExp }>

export type AskedTool = keyof typeof questions

/** Arguments that make a tool print its version. */
export function askVersion(tool: AskedTool, program: string): string[] {
  return [program, ...questions[tool].argv]
}

/** The version in a tool's answer, or undefined if there is none. */
function saidVersion(tool: AskedTool, stdout: string): string | undefined {
  return questions[tool].answer.exec(stdout.trim())?.[1]
}

/** Throws `TOOL` if a tool reports a version other than the pinned one, or nothing readable. */
export function requireVersion(tool: AskedTool, version: string, stdout: string): void {
  const said = saidVersion(tool, stdout)
  const known = (Object.values(tools) as Tool[]).find(({ name }) => name === tool)
  if (said !== undefined && (said === version || said === known?.calledVersion)) return
  throw new DeliveryError(
    'TOOL',
    `expected ${tool} to be version ${version}, found ${said === undefined ? 'no version' : said}`,
    'Check which image is pinned under this name: "loadline doctor" lists them. On a sealed network set up the toolchain again.',
  )
}
