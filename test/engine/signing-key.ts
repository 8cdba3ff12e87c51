import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { scratch } from './command-line.ts'
import { takeProgram } from './tool-programs.ts'

/** A key pair as Cosign makes it. */
export interface SigningKey {
  /** The text of the encrypted private half. */
  privateKey: string
  /** The path of the public half. */
  publicKey: string
  /** The options and the environment that sign with it. */
  argv: readonly string[]
  env: Record<string, string>
}

/** A new key until the test ends, encrypted with a password. */
export async function signingKey(password = ''): Promise<SigningKey> {
  const directory = scratch()
  const cosign = await takeProgram('cosign')
  await execa(cosign, ['generate-key-pair'], { cwd: directory, env: { COSIGN_PASSWORD: password }, stdin: 'ignore' })
  const privateKey = readFileSync(join(directory, 'cosign.key'), 'utf8')
  return {
    privateKey,
    publicKey: join(directory, 'cosign.pub'),
    argv: ['--key', 'env:LOADLINE_TEST_KEY'],
    env: { LOADLINE_TEST_KEY: privateKey, COSIGN_PASSWORD: password },
  }
}
