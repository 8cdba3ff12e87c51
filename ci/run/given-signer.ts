import { randomUUID } from 'node:crypto'
import { dag, type Secret } from '@dagger.io/dagger'
import { DeliveryError } from '../../src/model/errors.ts'
import { isLoopback } from '../../src/engine/registry-access.ts'
import type { Services, Signer } from '../../src/stages/sign/signer.ts'
import { keyManagementService, keyManagementServices } from '../../src/tools/cosign/kms.ts'
import { readSigningConfig } from '../../src/tools/cosign/services.ts'
import { readOption } from './files/given-file.ts'
import { credential, readCredential } from './given-credential.ts'
import { ambientToken, type Ambient } from '../github/token.ts'

/** The command-line options that name the signer. */
export interface SignerOptions {
  key?: string
  keyPassword?: string
  keyless?: boolean
  identityToken?: string
  certificateIdentity?: string
  certificateOidcIssuer?: string
  signingConfig?: string
  trustedRoot?: string
}

/** A signer, or why this job cannot have one, although its image may be judged. */
export type GivenSigner = { signer?: Signer; withheld?: string }

/**
 * Makes the signer that the options name. Throws `USAGE` if they contradict each other, and `CREDENTIAL` if something
 * that they name is missing.
 */
export async function givenSigner(options: SignerOptions, env: NodeJS.ProcessEnv = process.env): Promise<GivenSigner> {
  const { key, keyless = false, identityToken } = options
  const ways = [
    key === undefined ? '' : '--key',
    keyless ? '--keyless' : '',
    identityToken === undefined ? '' : '--identity-token',
  ].filter((way) => way !== '')
  if (ways.length > 1)
    throw new DeliveryError('USAGE', `expected one signer, found ${ways.join(' and ')}`, 'Give only one of them.')
  const services = await givenServices(options)
  if (ways.length === 0) {
    if (
      services !== undefined ||
      options.certificateIdentity !== undefined ||
      options.certificateOidcIssuer !== undefined
    ) {
      throw new DeliveryError(
        'USAGE',
        'signing services or a certificate identity are given without a signer',
        'Add --key, --keyless or --identity-token.',
      )
    }
    return {}
  }
  const common = services === undefined ? {} : { services }
  if (key !== undefined) return { signer: { ...(await keySigner(key, options, env)), ...common } }
  const expected = expectedCertificate(options)
  const token =
    identityToken === undefined ? await ambient(env) : () => readCredential(identityToken, '--identity-token')
  if ('withheld' in token) return token
  // A new name each time: the engine identifies a secret by its name.
  const secret = async (): Promise<Secret> => dag.setSecret(`identity-token-${randomUUID()}`, (await token()).trim())
  if (identityToken !== undefined) await token()
  return {
    signer: { kind: 'keyless', identityToken: secret, ...(expected === undefined ? {} : { expected }), ...common },
  }
}

async function ambient(env: NodeJS.ProcessEnv): Promise<(() => Promise<string>) | { withheld: string }> {
  const found: Ambient = ambientToken(env)
  if ('token' in found) return found.token
  if (found.mayPublish) throw new DeliveryError('CREDENTIAL', found.missing, found.hint)
  return { withheld: `no OIDC token: publish was skipped because ${found.missing}` }
}

async function keySigner(key: string, { keyPassword }: SignerOptions, env: NodeJS.ProcessEnv): Promise<Signer> {
  const service = keyManagementService(key)
  if (service === undefined) {
    const password = keyPassword ?? (env['COSIGN_PASSWORD'] ? 'env:COSIGN_PASSWORD' : undefined)
    return {
      kind: 'key',
      key: await credential('cosign-key', key, '--key'),
      ...(password === undefined ? {} : { password: await credential('cosign-password', password, '--key-password') }),
    }
  }
  const { variables, files } = keyManagementServices[service]
  const present = (names: readonly string[]) => names.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []))
  return {
    kind: 'kms',
    reference: key,
    credentials: {
      variables: new Map(present(variables).map(([name, value]) => [name, dag.setSecret(name, value)])),
      files: new Map(
        await Promise.all(
          present(files).map(async ([name, path]) => [name, await credential(name, `file:${path}`, name)] as const),
        ),
      ),
    },
  }
}

function expectedCertificate({
  certificateIdentity: identity,
  certificateOidcIssuer: issuer,
}: SignerOptions): { identity: string; issuer: string } | undefined {
  if (identity === undefined && issuer === undefined) return undefined
  if (identity === undefined || issuer === undefined) {
    throw new DeliveryError(
      'USAGE',
      'a certificate is identified by its identity and its issuer together, and one of them is missing',
      'Give both --certificate-identity and --certificate-oidc-issuer.',
    )
  }
  if (identity.includes('*'))
    throw new DeliveryError(
      'USAGE',
      `a release names its own identity in full; found a star in ${identity}`,
      'Give the identity of this job. Consumers may expect a pattern of it.',
    )
  return { identity, issuer }
}

async function givenServices({ signingConfig, trustedRoot }: SignerOptions): Promise<Services | undefined> {
  if (signingConfig === undefined && trustedRoot === undefined) return undefined
  if (signingConfig === undefined || trustedRoot === undefined) {
    throw new DeliveryError(
      'USAGE',
      'your own signing services need a signing configuration and a trusted root, and one of them is missing',
      'Give both --signing-config and --trusted-root.',
    )
  }
  const documents = {
    signingConfig: await readOption(signingConfig, '--signing-config', 'USAGE'),
    trustedRoot: await readOption(trustedRoot, '--trusted-root', 'USAGE'),
  }
  const ports = new Set(
    readSigningConfig(documents.signingConfig)
      .urls.map((url) => new URL(url))
      .filter(({ host }) => isLoopback(host))
      .map(({ port }) => Number(port || '80')),
  )
  if (ports.size === 0) return documents
  return {
    ...documents,
    loopback: dag.host().service(
      [...ports].map((port) => ({ frontend: port, backend: port })),
      { host: '127.0.0.1' },
    ),
  }
}
