import type { Secret } from '@dagger.io/dagger'
import { DeliveryError } from '../errors.ts'
import type { Lock } from '../model/index.ts'
import * as cosign from '../tools/cosign/command.ts'
import { lastLines, runTool, type ToolRun } from '../tools/run-tool.ts'
import { toolImage, type ReadyTool } from '../tools/tool-image.ts'
import { fresh } from './fresh.ts'
import type { Published } from './publish.ts'

/** Who signs: a Cosign private key, as `cosign generate-key-pair` writes it. */
export interface Signer {
  key: Secret
  /** The key's password; left out for a key without one. */
  password?: Secret
}

/** A published digest with its signature. */
export interface Signed {
  published: Published
  /** Public half of the key, PEM. */
  publicKey: string
}

/** Signs the published digest, offline: no transparency log learns its name. Throws `SIGN`. */
export async function sign(published: Published, signer: Signer, lock: Lock): Promise<Signed> {
  const tool = toolImage(lock, 'cosign')
  const publicKey = await readPublicKey(tool, signer)
  const signingConfig = tool.container.withEnvVariable('HOME', '/tmp').withExec(cosign.createSigningConfig({ program: tool.program, output: '/signing-config.json' })).file('/signing-config.json')
  const container = withKey(published.access.connect(tool.container.withMountedFile('/loadline/signing-config.json', signingConfig)), signer)
  const { access, digest } = published
  const run = await runTool(
    'cosign',
    fresh(container),
    cosign.signWithKey({ program: tool.program, reference: `${access.inside}@${digest}`, insecure: access.insecure, signingConfig: '/loadline/signing-config.json' }),
  )
  if (run.exitCode !== 0) throw signError(`signing ${access.repository}@${digest} failed`, run)
  return { published, publicKey }
}

async function readPublicKey(tool: ReadyTool, signer: Signer): Promise<string> {
  const run = await runTool('cosign', fresh(withKey(tool.container, signer)), cosign.publicKey({ program: tool.program }))
  if (run.exitCode !== 0 || !run.stdout.includes('BEGIN PUBLIC KEY')) throw signError('the signing key cannot be read', run)
  return run.stdout
}

function withKey(container: ReadyTool['container'], signer: Signer): ReadyTool['container'] {
  const withPrivateKey = container.withEnvVariable('HOME', '/tmp').withSecretVariable('COSIGN_KEY', signer.key)
  return signer.password === undefined ? withPrivateKey.withEnvVariable('COSIGN_PASSWORD', '') : withPrivateKey.withSecretVariable('COSIGN_PASSWORD', signer.password)
}

function signError(what: string, run: ToolRun): DeliveryError {
  return new DeliveryError('SIGN', `${what}: ${lastLines(run.stderr, 2)}`, 'Give a private key that "cosign generate-key-pair" wrote, and its password in COSIGN_PASSWORD. No tag was moved; the next run goes on from here.')
}
