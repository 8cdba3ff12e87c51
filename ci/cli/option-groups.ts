import { isThere } from '../run/files/read-file.ts'
import type {
  BuildOptions,
  DatabaseOptions,
  EngineOptions,
  EvidenceOptions,
  ReleaseOptions,
} from '../run/build-and-scan-options.ts'
import type { IdentityOptions } from '../run/given-identity.ts'
import type { PolicyOptions } from '../run/files/given-file.ts'
import type { RegistryOptions } from '../run/reach-registry.ts'
import type { SignerOptions } from '../run/given-signer.ts'
import type { DisplayOptions, PrintOptions, VerdictOptions } from '../show/progress-display.ts'
import type { Operand } from './command.ts'
import { choice, list, repeated, shaped, single, toggle, type Flag, type Flags } from './flag.ts'

/** `NAME=VALUE` continues a list. */
const pair = shaped(/^[^\s/=]+=/)

export const printFlags: Flags<PrintOptions> = {
  json: toggle('print the JSON document instead of the table'),
  quiet: toggle('print nothing on success'),
}

export const verdictFlags: Flags<VerdictOptions> = {
  ...printFlags,
  verbose: toggle('print every finding, exception and notice, not only the first few of each'),
}

export const displayFlags: Flags<DisplayOptions> = {
  ...verdictFlags,
  progress: choice('how', ['auto', 'live', 'plain', 'none'], 'how progress is shown', 'auto'),
}

export const policyFlags: Flags<PolicyOptions> = {
  policy: single('file', 'policy file (default: loadline.yaml in the source, or the default policy)'),
  organisation: single(
    'file',
    "the organisation's policy file: the application's policy extends it and cannot change what it locks",
  ),
}

/** For a command without a source. */
export const policyHereFlags: Flags<PolicyOptions> = {
  ...policyFlags,
  policy: single('file', 'policy file (default: loadline.yaml in the working directory, or the default policy)'),
}

export const evidenceFlags: Flags<EvidenceOptions> = {
  baseline: single(
    'verdict',
    'verdict.json of an earlier run: if the policy accepts baselines, findings that it already had do not reject again',
  ),
  baselineRelease: single(
    'reference',
    'an earlier release, registry/repository:tag, whose signed verdict is the baseline: baseline.signer in the policy says who must have signed it',
  ),
  knownExploited: single(
    'file',
    'list of exploited vulnerabilities (CISA KEV catalogue, JSON): any of them in the image rejects it',
  ),
  exploitPrediction: single(
    'file',
    'exploit predictions (FIRST EPSS scores of a day, CSV): a vulnerability more likely than the policy allows rejects the image',
  ),
  additionalSarif: repeated(
    'file',
    'findings of other scanners for this image (SARIF 2.1.0), judged in addition',
    (word) => /\.(sarif|json)$/.test(word) && isThere(word),
  ),
}

export const platforms = (description: string): Flag<string[]> =>
  list('platform', description, shaped(/^(linux|windows|darwin|freebsd)\/[a-z0-9_]+(\/[a-z0-9]+)?(,|$)/))

export const buildFlags: Flags<BuildOptions> = {
  file: single('dockerfile', "Dockerfile, anywhere below the source (default: the policy's)"),
  target: single('stage', "stage to build (default: the policy's, or the last)"),
  platform: platforms("platforms to build and judge (default: the policy's)"),
  buildArg: repeated('name=value', "build argument, in addition to the policy's", pair),
  buildSecret: repeated('id=source', 'build secret: ID=env:NAME or ID=file:PATH', pair),
  ssh: single('socket', 'ssh agent for RUN --mount=type=ssh, by its socket: env:SSH_AUTH_SOCK or file:PATH'),
}

export const databaseFlags: Flags<DatabaseOptions> = {
  vulnerabilityDatabase: single('where', 'directory with db/trivy.db, or a registry reference'),
}

export const releaseFlags: Flags<ReleaseOptions> = {
  publish: single(
    'reference',
    "push a passed image to registry/repository:tag, or to registry/repository with the tags of --tag; {name} is replaced by the name of the source's directory",
  ),
  tag: repeated(
    'rule',
    'tag rule, e.g. type=semver,pattern={{major}}.{{minor}} (default: semantic version and commit)',
    shaped(/^type=/),
  ),
  version: single('version', "semantic version of the image (default: the highest version among the commit's tags)"),
  consumer: choice(
    'form',
    ['index', 'single'],
    'what to push: an index over platforms, or one manifest for services that refuse an index (default: single for one platform)',
  ),
  immutableTags: toggle('fail if a tag exists with a different digest, instead of moving it'),
}

export const signerFlags: Flags<SignerOptions> = {
  key: single(
    'source',
    'key to sign with: a Cosign private key (env:NAME or file:PATH) or one in a key management service (awskms://, gcpkms://, azurekms://, hashivault://, k8s://)',
  ),
  keyPassword: single('source', 'password of the key: env:NAME or file:PATH (default: env:COSIGN_PASSWORD if set)'),
  keyless: toggle('sign with the identity of this CI job, without a key (GitHub Actions)'),
  identityToken: single('source', 'sign without a key, with this OpenID Connect token: env:NAME or file:PATH'),
  certificateIdentity: single(
    'identity',
    'identity that the certificate of a keyless signature must name (default: read from the token)',
  ),
  certificateOidcIssuer: single('url', 'issuer of the token of a keyless signature (default: read from the token)'),
  signingConfig: single(
    'file',
    'Sigstore services to sign with (default: none for a key, the public instance without one)',
  ),
  trustedRoot: single('file', 'trusted root with the keys of these services'),
}

export const identityFlags: Flags<IdentityOptions> = {
  key: single('file', 'public key of the signer, e.g. cosign.pub'),
  certificateIdentity: single(
    'identity',
    'identity that a keyless signature must name; a star in it stands for what differs from release to release, such as the tag of a workflow',
  ),
  certificateClaim: repeated(
    'name=value',
    "what else a GitHub workflow's certificate must say: repository, workflow, ref, trigger",
  ),
  certificateOidcIssuer: single('url', 'issuer that must have certified that identity'),
  trustedRoot: single('file', 'trusted root of your own Sigstore instance'),
}

export const referenceOperand: Operand<string> = {
  spelling: '<reference>',
  description: 'registry/repository:tag or registry/repository@sha256:...',
}

export const sourceOperand: Operand<string> = {
  spelling: '[source]',
  description: 'directory with a Dockerfile',
  initial: '.',
}

export const registryFlags: Flags<RegistryOptions> = {
  registryConfig: single('file', 'Docker config.json with the credentials of the registry'),
  registryCa: single('file', "CA certificates (PEM) that issued the registry's certificate"),
}

export const engineFlags: Flags<EngineOptions> = {
  lock: single('file', 'lock file that pins the bases (default: loadline.lock.json in the source, if it has one)'),
  tools: single('file', 'your own pins for the tools (default: $LOADLINE_TOOLS, or those of this release)'),
  engine: single(
    'address',
    'address of a Dagger engine, local or remote (unix://, tcp://, tls://, ssh://, kube-pod://, container://), or "sealed" (default: $LOADLINE_ENGINE)',
  ),
}
