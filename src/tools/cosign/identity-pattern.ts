import { DeliveryError } from '../../model/errors.ts'

/** What a star stands for: zero or more characters within one part of a path, a name or a ref. */
const anything = '[^/@\\s]*'

/** Scheme, host and the first part of the path, which names the owner; or the domain of a mail address. */
const owned = [/^[a-z][a-z0-9+.-]*:\/\/[^/*]+\/[^/*]+\//, /^[^/@]+@[^/@*]+$/]

/**
 * Checks a pattern for the identity of a certificate: the identity with stars for what differs from one release to the next. A star stands for any characters except `/`, `@` and white space.
 * Throws `USAGE` if it leaves open whose identity it is: anybody can have a certificate of a public instance.
 */
export function requireIdentityPattern(pattern: string): void {
  const refuse = (found: string, hint: string) =>
    new DeliveryError(
      'USAGE',
      `the pattern of the certificate's identity ${found}; found ${JSON.stringify(pattern)}`,
      hint,
    )
  if (!/^[\x21-\x7E]+$/.test(pattern))
    throw refuse('must be printable ASCII without spaces', 'Write the identity as the certificate has it.')
  if (pattern.includes('**'))
    throw refuse('must not have two stars in a row', 'Write one star for each part between slashes.')
  if (!owned.some((form) => form.test(pattern)))
    throw refuse(
      'must name in full whose identity it is: scheme, host and owner of a URL, or the domain of an address',
      'Write e.g. "https://github.com/YOUR_ORGANISATION/shop/.github/workflows/release.yml@refs/tags/*" or "*@acme.example".',
    )
}

/** A pattern as a regular expression that matches whole identities and no part of one, in the syntax that Go and JavaScript share. */
export function identityExpression(pattern: string): string {
  const literal = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`))
  return `^${literal.join(anything)}$`
}
