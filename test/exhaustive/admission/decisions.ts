import { z } from 'zod'
import { kyvernoVersion, policyControllerVersion } from '../../../src/admission/index.ts'
import { tools } from '../../../src/tools/images.ts'
import { read } from '../../repo/source-files.ts'

/** Where the decisions of the controllers are kept for `npm test`, which asks whether they are still about the policies that Loadline writes. */
export const decisionsPath = 'test/fixtures/admission/decisions.json'

/** The policy files that are asked about, by name. */
export const policyNames = ['example', 'legacy', 'other', 'strange'] as const

/** Their texts: the one by which the example is released, the same for the older format, one that allows more, and that of another example. */
export function policyTexts(): Record<(typeof policyNames)[number], string> {
  const example = read('examples/fastapi-postgres/loadline.yaml')
  const legacy = `${example}\nsigning:\n  transparencyLog: none\n  format: legacy\n`
  return {
    example,
    legacy,
    other: `${legacy}secrets:\n  allowed: 1\n`,
    strange: read('examples/legacy-app/loadline.yaml'),
  }
}

/** What `loadline admission` is asked for. */
export const Question = z.strictObject({
  controller: z.enum(['kyverno', 'policy-controller']),
  /** Below the registry: a repository, or a prefix ending in *. */
  image: z.string(),
  signer: z.enum(['signer', 'stranger']),
  policy: z.enum(policyNames),
  source: z.string().optional(),
  maximumAge: z.string().optional(),
  anyPolicy: z.boolean().optional(),
})
export type Question = z.infer<typeof Question>

export const Decision = z.strictObject({
  /** The image that was asked about: what is right or wrong with it. */
  about: z.string(),
  question: Question,
  admitted: z.boolean(),
})
export type Decision = z.infer<typeof Decision>

/** What the real controllers have decided. */
export const Decisions = z.strictObject({
  /** Versions of the programs that decided and signed. */
  programs: z.record(z.string(), z.string()),
  /** The policies, by the JSON of their question. */
  policies: z.record(z.string(), z.string()),
  decisions: z.array(Decision),
})
export type Decisions = z.infer<typeof Decisions>

/** The programs whose versions decide: another one may decide otherwise. */
export function decidingPrograms(): Record<string, string> {
  return { kyverno: kyvernoVersion, 'policy-controller': policyControllerVersion, cosign: tools.cosign.version }
}

/** The registry that stands in recorded policies. */
export const recordedRegistry = 'registry.example.com'

/** A written policy without what differs from run to run: the registry, the signer's key, the digest of the judging policy, and the remark above it. */
export function comparable(text: string, registry: string): string {
  return text
    .replace(/^#.*\n/, '')
    .replaceAll(registry, recordedRegistry)
    .replaceAll(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g, '<public key>')
    .replaceAll(/[0-9a-f]{64}/g, '<digest of the policy>')
}
