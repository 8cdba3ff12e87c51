/**
 * Loadline: a secure delivery pipeline for container images.
 *
 * One call takes a directory with a Dockerfile, lints it, builds it, collects its evidence
 * (vulnerabilities, secrets, licences, structure tests, SBOMs, size, a run under hardening, configuration, bases), judges it by a policy,
 * and publishes and signs it only if the verdict is passed.
 */
import {
  argument,
  check,
  dag,
  func,
  generate,
  object,
  type Changeset,
  type Container,
  type Directory,
  type File,
  type Platform,
  type Secret,
  type Service,
  type Socket,
} from '@dagger.io/dagger'
import { admissionPolicy } from '../pipelines/admission.ts'
import { audit } from '../pipelines/audit.ts'
import { compareBases } from '../pipelines/bases.ts'
import { compliance as complianceReports } from '../pipelines/compliance.ts'
import { buildSource, lintSource } from '../pipelines/without-verdict.ts'
import { deliver } from '../pipelines/deliver.ts'
import { repairChanges } from '../pipelines/repair.ts'
import { reverdict as judgeAgain } from '../pipelines/reverdict.ts'
import { rescaffoldChanges, scaffoldChanges } from '../pipelines/scaffold.ts'
import { expectationOf, verifyImage } from '../pipelines/verify.ts'
import { Assessment } from './module/assessment.ts'
import { PassedImage } from './module/passed-image.ts'
import { reportDirectory, textWhere } from './module/reports.ts'
import { contentsOf } from './engine/read-text.ts'
import { limits } from './model/limits.ts'
import { renderAudit, renderAuditTerminal } from './audit/index.ts'
import { auditFilesOf } from './module/audit-files.ts'
import { databaseOf, lockAlone, policyFilesOf, requestOf, type Given, type GivenToModule } from './module/given.ts'
import { runOn } from './module/run-on.ts'
import { controllerOf, frameworkOf, gitFactsOf, requireOneImage } from './module/inputs.ts'
import { givenText, givenTextIfAny } from './module/given-text.ts'
import { formOf, identityOf, publicationIfAny, signerOf, targetOf } from './module/publication.ts'
import { renderRecord } from './bases/index.ts'
import { decidePolicy } from './policy/index.ts'
import { renderReverdict, renderVerification } from './report/index.ts'

@object()
export class Loadline implements GivenToModule {
  policy?: File
  organisation?: File
  baseline?: File
  knownExploited?: File
  exploitPrediction?: File
  vulnerabilityDatabase?: Directory
  lock?: File
  tools?: File
  cacheScope: string
  git: string = ''
  additionalSarif: File[] = []
  image: string = ''
  imageArchive?: File
  imageLayout?: Directory
  imageRegistry?: Service
  imageRegistryConfig?: Secret
  imageRegistryCa?: File

  /**
   * @param policy Policy file; default: loadline.yaml in the source, or the default policy.
   * @param vulnerabilityDatabase Directory with db/trivy.db and db/metadata.json; default: the official database is fetched.
   * @param lockFile Lock file that pins base images by digest; default: loadline.lock.json in the source; without either, the run resolves the bases.
   * @param organisation The organisation's policy file, from outside the source: the application's policy extends it and cannot change what it locks.
   * @param baseline The verdict.json of an earlier run on the same application: if the policy accepts baselines, findings that it already had do not reject again.
   * @param knownExploited List of exploited vulnerabilities (CISA KEV catalogue, JSON): any of them in the image rejects it. Default: the list in the source that the policy names.
   * @param exploitPrediction Exploit predictions (FIRST EPSS scores of a day, CSV): a vulnerability that is more likely than the policy allows rejects the image. Default: the list in the source that the policy names.
   * @param cacheScope Cache mounts are shared only with builds of this scope: name it after who can write, e.g. shop/trusted. Default: builds of exactly the same source.
   * @param tools Your own pins for the tools, such as mirrors; default: those of this Loadline release.
   */
  constructor(
    policy?: File,
    vulnerabilityDatabase?: Directory,
    lockFile?: File,
    organisation?: File,
    baseline?: File,
    knownExploited?: File,
    cacheScope: string = '',
    tools?: File,
    exploitPrediction?: File,
  ) {
    Object.assign(this, { policy, vulnerabilityDatabase, lock: lockFile, tools, organisation, baseline })
    Object.assign(this, { knownExploited, exploitPrediction })
    this.cacheScope = cacheScope
  }

  /**
   * Sets the commit of the source, which labels, tags and provenance then name. The module cannot ask git, because it sees only the directories that it is given.
   *
   * @param revision The commit, 40 or 64 hexadecimal digits.
   * @param committedAt When it was committed, ISO 8601.
   * @param repository Address of the repository; credentials in it are dropped.
   * @param branch Branch that was built.
   * @param tag Tags that point to the commit.
   * @param allTags Every tag of the repository, to tell whether a version is the newest; without them, nothing is tagged latest.
   * @param pullRequest Number of the pull request, if it is one.
   * @param dirty Whether the source differs from the commit.
   */
  @func()
  withRevision(
    revision: string,
    committedAt: string,
    repository?: string,
    branch?: string,
    tag: string[] = [],
    allTags: string[] = [],
    pullRequest?: number,
    dirty: boolean = false,
  ): Loadline {
    this.git = gitFactsOf({ revision, committedAt, repository, branch, tags: tag, allTags, pullRequest, dirty })
    return this
  }

  /**
   * Adds other scanners' findings for the image: they are judged in addition, against the same thresholds.
   *
   * @param sarif Files in SARIF 2.1.0, e.g. from "docker scout cves --format sarif".
   */
  @func()
  withAdditionalFindings(sarif: File[]): Loadline {
    this.additionalSarif = [...this.additionalSarif, ...sarif]
    return this
  }

  /**
   * Names an existing image, which is judged instead of a build. The source then holds the policy and the tests; a
   * Dockerfile in it is linted, and without one the rule "dockerfile" rejects the image unless the policy allows it.
   *
   * @param reference registry/repository:tag or registry/repository@sha256:...
   * @param archive Archive written by "docker save", or an OCI layout as an archive.
   * @param layout OCI layout directory.
   * @param registry The registry as a service, if it listens on your own loopback: tcp://127.0.0.1:5000.
   * @param registryConfig Docker config.json with the credentials of the registry.
   * @param registryCa CA certificates (PEM) that issued the registry's certificate.
   */
  @func()
  withImage(
    reference?: string,
    archive?: File,
    layout?: Directory,
    registry?: Service,
    registryConfig?: Secret,
    registryCa?: File,
  ): Loadline {
    this.image = requireOneImage(reference, archive, layout)
    Object.assign(this, {
      imageArchive: archive,
      imageLayout: layout,
      imageRegistry: registry,
      imageRegistryConfig: registryConfig,
      imageRegistryCa: registryCa,
    })
    return this
  }

  /**
   * Lint, build, collect all evidence and judge; publish and sign if requested and the verdict is passed. Prints the summary, and fails if the image may not ship.
   *
   * @param source Directory with a Dockerfile and, if you have one, a loadline.yaml.
   * @param platform Platforms to build and judge, e.g. linux/arm64; default: the policy's.
   * @param buildSecretId IDs with which the Dockerfile mounts the build secrets, in the same order.
   * @param buildSecret Secrets for RUN --mount=type=secret.
   * @param publish Where a passed image goes: registry/repository:tag, or registry/repository with tags from rules.
   * @param registry The registry as a service, if it listens on your own loopback: tcp://127.0.0.1:5000.
   * @param registryConfig Docker config.json with the credentials of the registry.
   * @param registryCa CA certificates (PEM) that issued the registry's certificate.
   * @param consumer What to push: index, or single for services that refuse an index; without it, single for one platform.
   * @param immutableTags Fail if a tag exists with a different digest, instead of moving it.
   * @param key Cosign private key to sign with.
   * @param keyPassword Password of the key.
   * @param identityToken OpenID Connect token to sign without a key.
   * @param signingConfig Sigstore services to sign with; without them a key signs offline, and a token goes to the public instance.
   * @param trustedRoot Trusted root with the keys of these services.
   * @param pathInRepository Path of the source below the root of its repository, e.g. services/orders: SARIF names files relative to that root.
   * @param tag Rules for tags, e.g. type=semver,pattern={{version}}; default: semantic version and commit.
   * @param version Semantic version of the image; without it, the highest one among the tags of the commit.
   * @param file Dockerfile, a path inside the source; without it, the policy's.
   * @param target Stage to build; without it, the policy's, or the last.
   * @param label Labels as NAME=VALUE, in addition to those from git; a label that the Dockerfile sets takes precedence.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   * @param ssh SSH agent for RUN --mount=type=ssh, by its socket.
   */
  @func({ cache: 'never' })
  async buildAndScan(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    platform: string[] = [],
    buildSecretId: string[] = [],
    buildSecret: Secret[] = [],
    publish?: string,
    registry?: Service,
    registryConfig?: Secret,
    key?: Secret,
    keyPassword?: Secret,
    identityToken?: Secret,
    signingConfig?: File,
    trustedRoot?: File,
    pathInRepository: string = '',
    registryCa?: File,
    consumer?: string,
    immutableTags: boolean = false,
    tag: string[] = [],
    version: string = '',
    file: string = '',
    target: string = '',
    label: string[] = [],
    buildArg: string[] = [],
    ssh?: Socket,
  ): Promise<string> {
    const build = { platform, buildSecretId, buildSecret, buildArg, ...(ssh && { ssh }), file, target, label }
    const given: Given = { ...this, source, pathInRepository, version, ...build }
    const signer = { key, keyPassword, identityToken, signingConfig, trustedRoot }
    const where = { publish, registry, registryConfig, registryCa, tag, immutableTags }
    const publication = await publicationIfAny({ ...where, ...signer })
    const { reports } = await deliver({ ...(await requestOf(given)), ...formOf(consumer) }, publication)
    return new Assessment(JSON.stringify(reports), []).enforce()
  }

  /**
   * Lint, build, collect all evidence and judge, and return everything: a rejection is a value, so its reports can be exported.
   *
   * @param source Directory with a Dockerfile and, if you have one, a loadline.yaml.
   * @param platform Platforms to build and judge; default: the policy's.
   * @param buildSecretId IDs with which the Dockerfile mounts the build secrets, in the same order.
   * @param buildSecret Secrets for RUN --mount=type=secret.
   * @param pathInRepository Path of the source below the root of its repository, e.g. services/orders: SARIF names files relative to that root.
   * @param version Semantic version of the image; without it, the highest one among the tags of the commit.
   * @param file Dockerfile, a path inside the source; without it, the policy's.
   * @param target Stage to build; without it, the policy's, or the last.
   * @param label Labels as NAME=VALUE, in addition to those from git; a label that the Dockerfile sets takes precedence.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   * @param ssh SSH agent for RUN --mount=type=ssh, by its socket.
   */
  @func({ cache: 'never' })
  async assess(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    platform: string[] = [],
    buildSecretId: string[] = [],
    buildSecret: Secret[] = [],
    pathInRepository: string = '',
    version: string = '',
    file: string = '',
    target: string = '',
    label: string[] = [],
    buildArg: string[] = [],
    ssh?: Socket,
  ): Promise<Assessment> {
    const build = { platform, buildSecretId, buildSecret, buildArg, ...(ssh && { ssh }), file, target, label }
    const given: Given = { ...this, source, pathInRepository, version, ...build }
    const { run, reports, archives } = await deliver(await requestOf(given))
    return new Assessment(
      JSON.stringify(reports),
      archives.map((built) => built.file),
      // Only a passed run yields something that can be released.
      run.outcome === 'passed'
        ? PassedImage.of(
            given,
            archives.map(({ archive }) => archive.digest),
          )
        : undefined,
    )
  }

  /**
   * Whether the image may ship: lints, builds, collects all evidence and judges the workspace, and fails if the policy says no. Publishes nothing.
   *
   * @param source Directory with a Dockerfile; default: the calling workspace.
   */
  @func({ cache: 'never' })
  @check()
  async gate(@argument({ defaultPath: '/', ignore: ['.git', 'loadline-report'] }) source: Directory): Promise<string> {
    return this.buildAndScan(source)
  }

  /**
   * Whether build files and deployments comply with the CIS Docker Benchmark, sections 4 and 5: fails if a control fails. Builds nothing; exceptions in loadline.yaml apply.
   *
   * @param source Directory to search for them; default: the calling workspace.
   */
  @func({ cache: 'never' })
  @check()
  async controls(
    @argument({ defaultPath: '/', ignore: ['.git', 'node_modules', 'loadline-report'] }) source: Directory,
  ): Promise<string> {
    const own = (await source.exists('loadline.yaml')) ? source.file('loadline.yaml') : undefined
    const document = await audit({
      ...(await auditFilesOf(source)),
      policy: await givenTextIfAny(this.policy ?? own),
      now: new Date(),
    })
    return textWhere(document.outcome === 'passed', renderAuditTerminal(document, { color: false, width: 120 }))
  }

  /**
   * Verifies an image in a registry as a consumer would: its signature and every attestation, with only the signer's public key or identity; against the module's policy, if one is given. Prints the verdict; fails if a check fails, and says which.
   *
   * @param reference registry/repository:tag or registry/repository@sha256:...
   * @param key Public key of the signer, PEM.
   * @param certificateIdentity Identity that a keyless signature must name; a star in it stands for what differs from release to release.
   * @param certificateOidcIssuer Issuer that must vouch for that identity.
   * @param trustedRoot Trusted root of your own Sigstore instance.
   * @param expectedSource Source repository that the image must come from.
   * @param registry The registry as a service, if it listens on your own loopback.
   * @param registryConfig Docker config.json with the credentials of the registry.
   * @param registryCa CA certificates (PEM) that issued the registry's certificate.
   * @param certificateClaim What else the certificate of a GitHub workflow must say, as NAME=VALUE: repository, workflow, ref, trigger.
   */
  @func({ cache: 'never' })
  async verify(
    reference: string,
    key?: File,
    certificateIdentity?: string,
    certificateOidcIssuer?: string,
    trustedRoot?: File,
    expectedSource?: string,
    registry?: Service,
    registryConfig?: Secret,
    registryCa?: File,
    certificateClaim: string[] = [],
  ): Promise<string> {
    const { verification } = await verifyImage({
      target: await targetOf(reference, registry, registryConfig, registryCa),
      identity: await identityOf(key, certificateIdentity, certificateOidcIssuer, trustedRoot, certificateClaim),
      expected: expectationOf(await policyFilesOf(this), expectedSource, new Date()),
      lock: await lockAlone(this),
      now: new Date(),
    })
    return textWhere(verification.outcome === 'verified', renderVerification(verification, { color: false }))
  }

  /**
   * Judges a published image again, without building it: its attested SBOM with today's database, by the module's policy. Prints what changed, and attests the new verdict if a signer is given; fails if it would no longer pass.
   *
   * @param reference registry/repository:tag or registry/repository@sha256:...
   * @param key Public key of the signer, PEM.
   * @param certificateIdentity Identity that a keyless signature must name; a star in it stands for what differs from release to release.
   * @param certificateOidcIssuer Issuer that must vouch for that identity.
   * @param trustedRoot Trusted root of your own Sigstore instance.
   * @param registry The registry as a service, if it listens on your own loopback.
   * @param registryConfig Docker config.json with the credentials of the registry.
   * @param registryCa CA certificates (PEM) that issued the registry's certificate.
   * @param certificateClaim What else the certificate of a GitHub workflow must say, as NAME=VALUE: repository, workflow, ref, trigger.
   * @param attestKey Cosign private key that signed the release: a passed verdict is attested with it.
   * @param keyPassword Password of that key.
   * @param identityToken OpenID Connect token to attest without a key.
   * @param signingConfig Sigstore services to attest with, whose keys the trusted root has.
   */
  @func({ cache: 'never' })
  async reverdict(
    reference: string,
    key?: File,
    certificateIdentity?: string,
    certificateOidcIssuer?: string,
    trustedRoot?: File,
    registry?: Service,
    registryConfig?: Secret,
    registryCa?: File,
    certificateClaim: string[] = [],
    attestKey?: Secret,
    keyPassword?: Secret,
    identityToken?: Secret,
    signingConfig?: File,
  ): Promise<string> {
    const now = new Date()
    const services = { signingConfig, trustedRoot: signingConfig && trustedRoot }
    const signer = await signerOf({ key: attestKey, keyPassword, identityToken, ...services })
    const document = await judgeAgain({
      target: await targetOf(reference, registry, registryConfig, registryCa),
      identity: await identityOf(key, certificateIdentity, certificateOidcIssuer, trustedRoot, certificateClaim),
      policy: decidePolicy(await policyFilesOf(this), now).policy,
      lock: await lockAlone(this),
      now,
      ...databaseOf(this),
      ...(signer && { signer }),
    })
    return textWhere(document.outcome === 'passed', renderReverdict(document, { color: false }))
  }

  /**
   * Writes the policy with which an admission controller admits only what Loadline has released under this policy. Prints YAML.
   *
   * @param controller kyverno or policy-controller.
   * @param image registry/repository of the images, or a prefix ending in *.
   * @param key Public key of the signer, PEM.
   * @param certificateIdentity Identity that a keyless signature must name; a star in it stands for what differs from release to release.
   * @param certificateOidcIssuer Issuer that must vouch for that identity.
   * @param trustedRoot Trusted root of your own Sigstore instance.
   * @param expectedSource Source repository that the images must come from.
   * @param maximumAge Maximum age of the verdict, e.g. 30d; default: any age.
   * @param consumer What is deployed: index or single; without it, what a release under this policy publishes.
   * @param anyPolicy Accept verdicts under any policy: for images of several applications.
   * @param name Name of the object in the cluster; default: the policy's image name.
   */
  @func({ cache: 'never' })
  async admission(
    controller: string,
    image: string,
    key?: File,
    certificateIdentity?: string,
    certificateOidcIssuer?: string,
    trustedRoot?: File,
    expectedSource?: string,
    maximumAge?: string,
    consumer?: string,
    anyPolicy: boolean = false,
    name?: string,
  ): Promise<string> {
    return admissionPolicy({
      controller: controllerOf(controller),
      image,
      identity: await identityOf(key, certificateIdentity, certificateOidcIssuer, trustedRoot),
      ...(await policyFilesOf(this)),
      anyPolicy,
      now: new Date(),
      ...formOf(consumer),
      ...(expectedSource === undefined ? {} : { source: expectedSource }),
      ...(maximumAge === undefined ? {} : { maximumAge }),
      ...(name === undefined ? {} : { name }),
    })
  }

  /**
   * The remarks of the Dockerfile linter (hadolint), one per line: path:line, rule, level, message. Judges nothing.
   *
   * @param source Directory with a Dockerfile.
   */
  @func({ cache: 'never' })
  async lint(@argument({ ignore: ['.git', 'loadline-report'] }) source: Directory): Promise<string> {
    const lint = await lintSource(await runOn(this, source))
    return lint.findings
      .map(({ id, level, message, location }) => `${location.path}:${location.line ?? 1} ${id} ${level}: ${message}\n`)
      .join('')
  }

  /**
   * The built image, on bases pinned by digest, as every collector sees it: read from its archive, without the build's secrets. Judges nothing.
   *
   * @param source Directory with a Dockerfile.
   * @param platform One platform; without it, the first of the policy.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   */
  @func({ cache: 'never' })
  async build(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    platform?: string,
    buildArg: string[] = [],
  ): Promise<Container> {
    const { built } = await buildSource(await runOn(this, source, platform, buildArg))
    return dag.container({ platform: built.archive.platform as Platform }).import_(built.file)
  }

  /**
   * Vulnerabilities, secrets and licences of the image, as JSON. Judges nothing: what could not be scanned is marked "undecided".
   *
   * @param source Directory with a Dockerfile.
   * @param platform One platform; without it, the first of the policy.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   */
  @func({ cache: 'never' })
  async scan(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    platform?: string,
    buildArg: string[] = [],
  ): Promise<string> {
    const { collectors } = await buildSource(await runOn(this, source, platform, buildArg))
    const [vulnerabilities, secrets, licenses] = await Promise.all([
      collectors.vulnerabilities(),
      collectors.secrets(),
      collectors.licenses(),
    ])
    return JSON.stringify({ vulnerabilities, secrets, licenses }, null, 2)
  }

  /**
   * Results of the container-structure-test file, command tests included, as JSON. Judges nothing.
   *
   * @param source Directory with a Dockerfile and a structure-test file.
   * @param platform One platform; without it, the first of the policy.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   */
  @func({ cache: 'never' })
  async structureTest(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    platform?: string,
    buildArg: string[] = [],
  ): Promise<string> {
    const { collectors } = await buildSource(await runOn(this, source, platform, buildArg))
    return JSON.stringify(await collectors.structure(), null, 2)
  }

  /**
   * The software bill of materials in CycloneDX and SPDX, bound to the image's digest.
   *
   * @param source Directory with a Dockerfile.
   * @param platform One platform; without it, the first of the policy.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   */
  @func({ cache: 'never' })
  async sbom(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    platform?: string,
    buildArg: string[] = [],
  ): Promise<Directory> {
    const { sboms } = await buildSource(await runOn(this, source, platform, buildArg))
    const { cyclonedx, spdx } = await sboms()
    return reportDirectory({ 'sbom.cdx.json': cyclonedx, 'sbom.spdx.json': spdx })
  }

  /**
   * Size of the image, unpacked and compressed, its layers and their waste, as JSON. Judges nothing.
   *
   * @param source Directory with a Dockerfile.
   * @param platform One platform; without it, the first of the policy.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   */
  @func({ cache: 'never' })
  async size(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    platform?: string,
    buildArg: string[] = [],
  ): Promise<string> {
    const { collectors } = await buildSource(await runOn(this, source, platform, buildArg))
    return JSON.stringify(await collectors.size(), null, 2)
  }

  /**
   * How the image behaves when started as in production: without root and capabilities, on a read-only root, under limits, watched and stopped; as JSON. Judges nothing.
   *
   * @param source Directory with a Dockerfile; the policy's section runtime says how the image is run.
   * @param platform One platform; without it, the first of the policy.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   */
  @func({ cache: 'never' })
  async runtimeProof(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    platform?: string,
    buildArg: string[] = [],
  ): Promise<string> {
    const { collectors } = await buildSource(await runOn(this, source, platform, buildArg))
    return JSON.stringify(await collectors.runtime(), null, 2)
  }

  /**
   * Measures the application on each available base: size, packages, findings, shell, package manager, C library, end of support, start time. Returns bases.json and bases.md, the record of the decision. Judges nothing.
   *
   * @param source Directory with a Dockerfile; the base of its shipped stage is replaced.
   * @param candidate Bases to try; default: one of each kind for the current base's runtime.
   * @param platform One platform; without it, the first of the policy.
   * @param buildArg Build arguments as NAME=VALUE, on top of the policy's.
   */
  @func({ cache: 'never' })
  async bases(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    candidate: string[] = [],
    platform?: string,
    buildArg: string[] = [],
  ): Promise<Directory> {
    return reportDirectory(renderRecord(await compareBases(await runOn(this, source, platform, buildArg), candidate)))
  }

  /**
   * What an application needs for production, as a change to its source: Dockerfile, policy, structure tests, deployment for each target, monitoring, workflow, and a document that explains them.
   * Nothing is written before the change is applied; it shows every existing file that would differ. Fails as a whole if the source does not provide what is needed.
   *
   * @param source Directory of the application, or of the repository with path.
   * @param target Where it runs: kubernetes, compose, ecs, cloud-run.
   * @param compliance Which compliance rules apply: hipaa, pci-dss, soc2, internal.
   * @param repository Address of the source, for the image's labels.
   * @param path The application's directory below the source.
   * @param stack The stack, if the source could be several, e.g. node-npm.
   * @param name Name of the application; default: from its manifest.
   * @param image Registry and repository of the image, without a tag.
   * @param port Port that it listens on; default: read from the code.
   * @param health Path that answers 200 while it is healthy, or tcp if it speaks no HTTP; default: read from the code.
   * @param ready Path that answers 200 while it can serve requests; default: read from the code, or the health path.
   * @param entry Entry point: a module, file, package directory, class or binary; default: read from the code.
   * @param cluster Whose Kubernetes it is: eks, other; default: eks if the code has a client of AWS.
   * @param identity How pods on EKS get a role of AWS: pod-identity, irsa; default: pod-identity.
   * @param host Name under which it is reached from outside; default: it is not.
   * @param privateRegistry Whether the build mounts the package manager's credentials as a secret.
   */
  @func()
  async scaffold(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    target: string[],
    compliance: string[],
    repository?: string,
    path: string = '',
    stack?: string,
    name?: string,
    image?: string,
    port?: number,
    health?: string,
    ready?: string,
    entry?: string,
    cluster?: string,
    identity?: string,
    host?: string,
    privateRegistry: boolean = false,
  ): Promise<Changeset> {
    return scaffoldChanges(source, {
      targets: target,
      compliance,
      repository,
      path,
      stack,
      name,
      image,
      port,
      health,
      ready,
      entry,
      cluster,
      identity,
      host,
      privateRegistry,
    })
  }

  /**
   * Proposes changes to the Dockerfile, tests and policy with which the image builds, starts under hardening and gets a better verdict. Only proven changes are included.
   *
   * @param source Directory with a Dockerfile.
   * @param buildArg Build arguments as NAME=VALUE.
   */
  @func({ cache: 'never' })
  async repair(
    @argument({ ignore: ['.git', 'loadline-report'] }) source: Directory,
    buildArg: string[] = [],
  ): Promise<Changeset> {
    return repairChanges(await runOn(this, source, undefined, buildArg))
  }

  /**
   * Brings scaffolded files in line with the answers beside them, in deploy/scaffold.yaml. Changes nothing if there are none; as a check it fails if a file has drifted.
   *
   * @param source Directory of the application; default: the calling workspace.
   */
  @func()
  @generate()
  async rescaffold(
    @argument({ defaultPath: '/', ignore: ['.git', 'loadline-report'] }) source: Directory,
  ): Promise<Changeset> {
    return rescaffoldChanges(source)
  }

  /**
   * Audits Dockerfiles, compose files and Kubernetes manifests by the CIS Docker Benchmark, sections 4 and 5: audit.json, audit.md and audit.sarif. Builds nothing. Fails only if a file cannot be read; audit.json says which controls failed.
   *
   * @param source Directory to search for them.
   * @param dockerRun A docker run command line.
   * @param verdict A verdict.json: section 4 is judged by its evidence instead of the Dockerfile.
   */
  @func({ cache: 'never' })
  async audit(
    @argument({ ignore: ['.git', 'node_modules', 'loadline-report'] }) source: Directory,
    dockerRun?: string,
    verdict?: File,
  ): Promise<Directory> {
    const document = await audit({
      ...(await auditFilesOf(source)),
      dockerRun,
      verdict: await givenTextIfAny(verdict),
      policy: await givenTextIfAny(this.policy),
      now: new Date(),
    })
    return reportDirectory(renderAudit(document))
  }

  /**
   * What an earlier run proves for a compliance framework, tied to its reports: compliance-<framework>.json and .md. It is a document and judges nothing.
   *
   * @param framework hipaa, pci-dss or soc2.
   * @param report Report directory of the run.
   */
  @func()
  async compliance(framework: string, report: Directory): Promise<Directory> {
    return reportDirectory(
      await complianceReports(frameworkOf(framework), {
        verdict: await givenText(report.file('verdict.json'), limits.report),
        read: async (path) =>
          (await report.exists(path)) ? contentsOf(report.file(path), path, limits.report) : undefined,
      }),
    )
  }
}
