import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readDocument } from '../../model/read-json.ts'

const Claims = z.looseObject({
  iss: z.string().min(1),
  // Seconds, within the range of JavaScript dates.
  exp: z.number().min(0).max(8_640_000_000_000),
  sub: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.union([z.boolean(), z.enum(['true', 'false'])]).optional(),
  job_workflow_ref: z.string().optional(),
  ci_config_ref_uri: z.string().optional(),
})

/** The subject of an OpenID Connect identity token, as far as it can be determined offline. */
export interface TokenFacts {
  issuer: string
  expires: Date
  /** The name that Fulcio will write into the certificate; undefined if its rule for this issuer is unknown. */
  identity: string | undefined
}

/**
 * Reads an identity token without verifying it, which is Fulcio's job. The identity follows Fulcio's rules for its
 * issuer types (its file `config/identity/config.yaml`): GitHub's workflow, GitLab's pipeline file, a verified email
 * address, or a subject that is a URI. Throws `CREDENTIAL` if it is not valid, without quoting its contents.
 */
export function readIdentityToken(token: string): TokenFacts {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token.trim())?.[1] ?? ''
  const refuse = () =>
    new DeliveryError(
      'CREDENTIAL',
      'the identity token is not an OpenID Connect token: expected three parts with issuer and expiry',
      'Use the token as the identity provider issues it, for the audience "sigstore".',
    )
  const claims = readDocument(Buffer.from(payload, 'base64url').toString('utf8'), Claims, refuse)
  return { issuer: claims.iss, expires: new Date(claims.exp * 1000), identity: identityOf(claims) }
}

function identityOf({
  iss,
  sub,
  email,
  email_verified: verified,
  job_workflow_ref: workflow,
  ci_config_ref_uri: pipeline,
}: z.infer<typeof Claims>): string | undefined {
  if (iss === 'https://token.actions.githubusercontent.com')
    return workflow === undefined ? undefined : `https://github.com/${workflow}`
  if (pipeline !== undefined) return `https://${pipeline}`
  if (email !== undefined) return verified === true || verified === 'true' ? email : undefined
  return sub !== undefined && /^(https|spiffe):\/\/./.test(sub) ? sub : undefined
}
