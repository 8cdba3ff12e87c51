interface Image {
  program: string
  /** Repository and digest. */
  reference: string
  /** Plain HTTP, for a registry on loopback. */
  insecure: boolean
}

/** Writes a signing configuration that names no service: nothing leaves the machine but the signature itself. */
export function createSigningConfig({ program, output }: { program: string; output: string }): string[] {
  return [program, 'signing-config', 'create', '--out', output]
}

/** Signs a digest with the private key in the environment variable COSIGN_KEY, in the bundle format, without a transparency log. */
export function signWithKey({ program, reference, insecure, signingConfig }: Image & { signingConfig: string }): string[] {
  return [program, 'sign', '--yes', '--key', 'env://COSIGN_KEY', '--signing-config', signingConfig, ...http(insecure), reference]
}

/** Prints the public half of the key in COSIGN_KEY. */
export function publicKey({ program }: { program: string }): string[] {
  return [program, 'public-key', '--key', 'env://COSIGN_KEY']
}

/** Verifies a signature that was made with a key and without a transparency log. */
export function verifyWithKey({ program, reference, insecure, key }: Image & { key: string }): string[] {
  return [program, 'verify', '--key', key, '--insecure-ignore-tlog=true', '--output', 'json', ...http(insecure), reference]
}

function http(insecure: boolean): string[] {
  return insecure ? ['--allow-http-registry'] : []
}
