import { z } from 'zod'

const pem = z
  .string('a public key in PEM, as in cosign.pub')
  .regex(
    /^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$/,
    'a public key in PEM, as in cosign.pub',
  )
const word = (wanted: string) => z.string(wanted).regex(/^\S+$/, wanted)

/** Who signs the releases of an application: the owner of a key, or an identity that an issuer certifies. */
export const BaselineSigner = z
  .strictObject({
    publicKey: pem.optional().describe('The public key, as text: the contents of cosign.pub.'),
    identity: word(
      'an identity without blanks, e.g. https://github.com/YOUR_ORGANISATION/ci/.github/workflows/release.yaml@*',
    )
      .optional()
      .describe('The identity that the certificate must name; a star stands for what differs from release to release.'),
    issuer: word('the URL of an issuer').optional().describe('The issuer that must have certified the identity.'),
    claims: z
      .array(z.string().regex(/^\w+=\S/, 'NAME=VALUE, e.g. repository=YOUR_ORGANISATION/shop'))
      .min(1)
      .optional()
      .describe(
        "What else a GitHub workflow's certificate must say: repository, workflow, ref, trigger, as NAME=VALUE.",
      ),
    trustedRoot: z
      .string()
      .min(1)
      .optional()
      .describe('The trusted root of your own Sigstore instance, as text. Default: the public instance.'),
  })
  .refine(
    ({ publicKey, identity, issuer, claims }) =>
      publicKey === undefined
        ? identity !== undefined && issuer !== undefined
        : identity === undefined && issuer === undefined && claims === undefined,
    'either publicKey, or identity and issuer',
  )
export type BaselineSigner = z.infer<typeof BaselineSigner>
