import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyPolicy, type PolicyCall } from '../../src/policy/apply.ts'
import type { PolicyFiles } from '../../src/policy/decide.ts'
import { externalImages } from '../../src/formats/dockerfile/dockerfile.ts'

/**
 * The images that a source is built on and run with, fully spelled, read before there is an engine: a sealed one can then make what stands in for them.
 * None of its Dockerfile or policy where that cannot be read: the flow reads both again, and says what is wrong with them.
 */
export async function namedImages(
  source: string | undefined,
  { organisation, application }: PolicyFiles,
  call: PolicyCall,
  now: Date,
): Promise<string[]> {
  try {
    const own = application ?? (source === undefined ? undefined : await policyBeside(source))
    const { build, runtime } = applyPolicy({ organisation, application: own }, call, now).policy
    const choice = { buildArgs: build.args, ...(build.target === undefined ? {} : { target: build.target }) }
    const dockerfile =
      source === undefined ? undefined : await readFile(join(source, build.dockerfile), 'utf8').catch(() => undefined)
    const bases = dockerfile === undefined ? [] : externalImages(dockerfile, choice)
    return [
      ...new Set([
        ...bases.map(({ reference }) => reference),
        ...Object.values(runtime.services).map(({ image }) => image),
      ]),
    ]
  } catch {
    return []
  }
}

async function policyBeside(source: string): Promise<PolicyFiles['application']> {
  const text = await readFile(join(source, 'loadline.yaml'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : { path: 'loadline.yaml', text }
}
