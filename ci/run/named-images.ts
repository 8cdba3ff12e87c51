import { applyPolicy, type PolicyCall } from '../../src/policy/apply.ts'
import type { Policy } from '../../src/policy/index.ts'
import type { PolicyFiles } from '../../src/policy/decide.ts'
import { limits, readBelow } from './files/read-file.ts'
import { externalImages } from '../../src/formats/dockerfile/external-images.ts'

/**
 * The images that a source is built on and run with, fully spelled, read before there is an engine: a sealed one can
 * then make substitutes for them. Empty for a Dockerfile or policy that cannot be read: the flow reads both again, and
 * reports what is wrong.
 */
export async function namedImages(
  source: string | undefined,
  { organisation, application }: PolicyFiles,
  call: PolicyCall,
  now: Date,
): Promise<string[]> {
  try {
    const { build, runtime } = await givenPolicy(source, { organisation, application }, call, now)
    const choice = { buildArgs: build.args, ...(build.target === undefined ? {} : { target: build.target }) }
    const dockerfile = source === undefined ? undefined : await textBelow(source, build.dockerfile)
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

/** The policy that holds for a source, as it is read again by the flow. Throws if it is not valid. */
export async function givenPolicy(
  source: string | undefined,
  { organisation, application }: PolicyFiles,
  call: PolicyCall,
  now: Date,
): Promise<Policy> {
  const own = application ?? (source === undefined ? undefined : await policyBeside(source))
  return applyPolicy({ organisation, application: own }, call, now).policy
}

async function policyBeside(source: string): Promise<PolicyFiles['application']> {
  const text = await textBelow(source, 'loadline.yaml')
  return text === undefined ? undefined : { path: 'loadline.yaml', text }
}

async function textBelow(source: string, path: string): Promise<string | undefined> {
  return readBelow(source, path, limits.written).then(String, () => undefined)
}
