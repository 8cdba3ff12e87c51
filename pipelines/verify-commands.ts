import type { Digest, ReleasedAttestation } from '../src/model/index.ts'
import { shellWord } from '../src/model/printable.ts'
import * as cosign from '../src/tools/cosign/command.ts'
import { consumerFiles, verifyingBy, type Identity } from '../src/tools/cosign/identity.ts'

/**
 * How to verify a release by hand, with Loadline first and then with Cosign alone: for a POSIX shell, in the report
 * directory, which has the consumer's files.
 */
export function verifyCommands(release: {
  repository: string
  digest: Digest
  insecure: boolean
  identity: Identity
  format: cosign.SignatureFormat
  attestations: readonly ReleasedAttestation[]
}): string[] {
  const { repository, digest, insecure, identity, format, attestations } = release
  const verifying = verifyingBy(identity, format, '')
  const signer =
    identity.kind === 'key'
      ? ['--key', 'cosign.pub']
      : ['--certificate-identity', identity.identity, '--certificate-oidc-issuer', identity.issuer]
  const root = consumerFiles(identity)['trusted-root.json'] === undefined ? [] : ['--trusted-root', 'trusted-root.json']
  const image = (subject: Digest) => ({
    program: 'cosign',
    reference: `${repository}@${subject}`,
    insecure,
    ...verifying,
  })
  return [
    ['loadline', 'verify', `${repository}@${digest}`, ...signer, ...root],
    cosign.verify(image(digest)),
    ...attestations.map(({ subject, predicateType }) =>
      cosign.verifyAttestation({ ...image(subject), type: predicateType }),
    ),
  ].map((argv) => argv.map((word) => (word.startsWith('--') ? word : shellWord(word))).join(' '))
}
