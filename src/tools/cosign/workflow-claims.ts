import { DeliveryError } from '../../model/errors.ts'

/** What the certificate of a GitHub workflow states in addition to its identity, and Cosign's option for it. */
const options = {
  repository: '--certificate-github-workflow-repository',
  workflow: '--certificate-github-workflow-name',
  ref: '--certificate-github-workflow-ref',
  trigger: '--certificate-github-workflow-trigger',
} as const

const names = Object.keys(options) as Array<keyof typeof options>

/** What a certificate must state exactly, by name. The repository is the caller's, whereas the identity may be that of a workflow with many callers. */
export type WorkflowClaims = Readonly<Partial<Record<keyof typeof options, string>>>

/** Reads entries NAME=VALUE. Throws `USAGE` for a name that is unknown or occurs twice, and for an empty value, which would require nothing. */
export function readWorkflowClaims(entries: readonly string[]): WorkflowClaims {
  const claims: Partial<Record<keyof typeof options, string>> = {}
  for (const entry of entries) {
    const [, said, value = ''] = /^([^=]*)=(.*)$/s.exec(entry) ?? []
    const name = names.find((known) => known === said)
    if (name === undefined || value.trim() !== value || value === '' || claims[name] !== undefined)
      throw new DeliveryError(
        'USAGE',
        `expected a claim of a certificate as NAME=VALUE, each name once, NAME one of ${names.join(', ')}; found ${JSON.stringify(entry)}`,
        'Write e.g. --certificate-claim repository=acme/shop --certificate-claim trigger=push.',
      )
    claims[name] = value
  }
  return claims
}

/** The claims as Cosign's options. */
export function claimArguments(claims: WorkflowClaims): string[] {
  return names.flatMap((name) => (claims[name] === undefined ? [] : [options[name], claims[name]]))
}

/** Each claim in one phrase. */
export function describeClaims(claims: WorkflowClaims): string[] {
  return names.flatMap((name) => (claims[name] === undefined ? [] : [`${name} ${claims[name]}`]))
}
