import { pythonProgram } from './python/packages.ts'

/** What has to be true of a bundle; files by their paths. */
export interface Expected {
  bundle: string
  trustedRoot: string
  identity: string
  issuer: string
}

/** The Sigstore client of Python, which shares no code with cosign (Go) or sigstore-js: it gives its exit code, the signed statement and what it complained of. */
export async function pythonVerifier(): Promise<
  (expected: Expected) => Promise<{ exitCode: number | undefined; statement: string; complaint: string }>
> {
  const verify = await pythonProgram('sigstore_verify.py', 'sigstore')
  return async ({ bundle, trustedRoot, identity, issuer }) => {
    const { exitCode, stdout, stderr } = await verify([bundle, trustedRoot, identity, issuer])
    return { exitCode, statement: stdout, complaint: stderr }
  }
}
