/** A build argument as provenance shows it: with its value, or marked as withheld. */
export type ShownArguments = Record<string, { value: string } | { withheld: true }>

/** Common names of credentials. */
const secretName = /pass(word|wd|phrase)?|secret|token|credential|api_?key|private_?key|access_?key|auth/i

/** Values that are credentials regardless of the argument's name: keys, well-known tokens, signed tokens, and addresses with a password. */
const secretValue =
  /-----BEGIN|\bgh[opsu]_[A-Za-z0-9]{20}|\bgithub_pat_|\bglpat-|\bAKIA[0-9A-Z]{16}\b|\bxox[abprs]-|\bnpm_[A-Za-z0-9]{20}|\beyJ[\w-]{10,}\.eyJ|:\/\/[^/\s:@]+:[^/\s@]+@/

/**
 * The build arguments for provenance. A value that looks like a credential, or contains a secret of the build, is withheld;
 * its name is kept, because the argument went into the image. `secrets` are the plain texts of the build's secrets.
 */
export function shownArguments(given: Readonly<Record<string, string>>, secrets: readonly string[]): ShownArguments {
  const telling = secrets.filter((secret) => secret.trim() !== '')
  return Object.fromEntries(
    Object.entries(given)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, value]) => [
        name,
        secretName.test(name) || secretValue.test(value) || telling.some((secret) => value.includes(secret.trim()))
          ? { withheld: true as const }
          : { value },
      ]),
  )
}
