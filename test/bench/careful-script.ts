import { randomUUID } from 'node:crypto'
import {
  dag,
  ImageLayerCompression,
  ImageMediaTypes,
  type Container,
  type Directory,
  type Platform,
  type Secret,
} from '@dagger.io/dagger'
import { loadPolicy } from '../../src/policy/index.ts'
import { pinBases } from '../../src/stages/build/pin-bases.ts'
import { openDatabase } from '../../src/stages/evidence/database.ts'
import { registryAccess, type Target } from '../../src/engine/registry-access.ts'
import type { Lock } from '../../src/model/index.ts'
import { prepareDockerfile } from '../../src/stages/build/prepare-dockerfile.ts'
import { readDockerfile } from '../../src/stages/source/read-dockerfile.ts'
import { extractConfiguration } from '../../src/tools/inspect/command.ts'
import { offline } from '../../src/tools/cosign/services.ts'
import { ownToolImage, toolImage, type ReadyTool } from '../../src/engine/tool-image.ts'
import { attestAndVerify, collectTheRest } from './thorough-steps.ts'

/** What the script is given: the same as Loadline. */
export interface ScriptRequest {
  directory: Directory
  target: Target
  key: Secret
  publicKey: string
  lock: Lock
  /** Path of crane on this machine. */
  crane: string
  /** Also collects what Loadline collects besides, attests and verifies: see thorough-steps.ts. */
  thorough: boolean
}

/** Seconds by step, in the order in which they ran. */
export type StepTimes = Array<{ name: string; seconds: number }>

/**
 * What a careful engineer writes without Loadline: lint, build, save, scan, structure test, SBOM, push, sign, one after another, with the same tools, bases and database on the same engine.
 * The build is cached, as a builder does it. The tools are not: a script starts them anew each time.
 * In its favour: the structure tests use Loadline's way to run them without a Docker daemon, all three of Trivy's scanners share one scan, and nothing is judged or reported. Without `thorough`, nothing is
 * attested and verified either, and the image is not run.
 */
export async function carefulScript({
  directory,
  target,
  key,
  publicKey,
  lock,
  crane,
  thorough,
}: ScriptRequest): Promise<StepTimes> {
  const times: StepTimes = []
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now()
    const value = await work()
    times.push({ name, seconds: (performance.now() - started) / 1_000 })
    return value
  }
  const run = (container: Container, ...argv: string[]) =>
    container.withEnvVariable('SCRIPT_RUN', randomUUID()).withExec(argv).sync()
  const named = (name: Parameters<typeof toolImage>[1]): Promise<ReadyTool> => toolImage(lock, name)

  const dockerfile = await directory.file('Dockerfile').contents()
  const written = { path: 'Dockerfile', text: dockerfile }
  const choice = { buildArgs: {}, platforms: ['linux/amd64'] }
  const reading = await readDockerfile(written, choice, lock, { isBuilt: true })
  const { toPrepare } = await pinBases({ path: 'Dockerfile', reading }, lock)
  const { dockerfiles } = await prepareDockerfile(
    {
      ...written,
      ...choice,
      secrets: [],
      agent: false,
      cacheScope: 'bench',
      pragmas: 'report',
      bases: toPrepare,
      isBuilt: true,
    },
    lock,
  )
  const policy = loadPolicy(await directory.file('loadline.yaml').contents(), 'loadline.yaml', new Date())

  const hadolint = await named('hadolint')
  await step('lint', () =>
    run(
      hadolint.container.withMountedFile('/Dockerfile', directory.file('Dockerfile')),
      hadolint.program,
      '--no-fail',
      '/Dockerfile',
    ),
  )
  const image = await step('build', () =>
    directory
      .withNewFile('Dockerfile', dockerfiles[0]?.text ?? dockerfile)
      .dockerBuild({ platform: 'linux/amd64' as Platform })
      .sync(),
  )
  // Trivy cannot read a tar whose layers are compressed in different ways, as a base and what is built on it are.
  const archive = await step('save', () =>
    image.asTarball({ mediaTypes: ImageMediaTypes.Docker, forcedCompression: ImageLayerCompression.Gzip }).sync(),
  )

  const trivy = await named('trivy')
  const database = await openDatabase(undefined, policy, lock)
  const scanner = trivy.container.withMountedFile('/image.tar', archive).withDirectory('/cache', database.cache)
  const scan = (...argv: string[]) =>
    run(
      scanner,
      trivy.program,
      'image',
      '--input',
      '/image.tar',
      '--cache-dir',
      '/cache',
      '--skip-db-update',
      '--skip-java-db-update',
      '--skip-version-check',
      '--offline-scan',
      '--no-progress',
      ...argv,
    )
  await step('scan', () => scan('--scanners', 'vuln,secret,license', '--format', 'json', '--output', '/report.json'))

  const structureTest = await named('structureTest')
  const inspect = await ownToolImage(lock, 'inspect')
  const oci = image.asTarball({ mediaTypes: ImageMediaTypes.Oci })
  await step('structure', async () => {
    const metadata = inspect.container
      .withMountedFile('/archive.tar', oci)
      .withExec([inspect.program, ...extractConfiguration('/archive.tar', '/metadata.json')])
      .file('/metadata.json')
    const tested = dag
      .container()
      .import_(archive)
      .withMountedFile('/test/run', structureTest.container.file(structureTest.program))
      .withMountedFile('/test/metadata.json', metadata)
      .withMountedFile('/test/tests.yaml', directory.file('structure-test.yaml'))
    return run(
      tested,
      '/test/run',
      'test',
      '--driver',
      'host',
      '--force',
      '--metadata',
      '/test/metadata.json',
      '--config',
      '/test/tests.yaml',
    )
  })
  await step('sbom cyclonedx', () => scan('--format', 'cyclonedx', '--output', '/sbom.json'))
  await step('sbom spdx', () => scan('--format', 'spdx-json', '--output', '/sbom.json'))
  if (thorough) await collectTheRest({ image, oci, archive, policy, lock }, { step, run })

  const access = await registryAccess(target, lock)
  const reference = `${access.inside}:${access.tag ?? 'bench'}`
  const pushing = await access.connect(dag.container().withFile('/crane', dag.host().file(crane)))
  const pushed = await step('push', async () =>
    run(pushing.withMountedFile('/image.tar', archive), '/crane', '--insecure', 'push', '/image.tar', reference),
  )
  const digest = (await pushed.stdout()).trim().split('@').at(-1) ?? ''
  const cosign = await named('cosign')
  const signer = (await access.connect(cosign.container))
    .withEnvVariable('HOME', '/tmp')
    .withSecretVariable('COSIGN_KEY', key)
    .withEnvVariable('COSIGN_PASSWORD', '')
    .withNewFile('/signing.json', offline.signingConfig)
    .withNewFile('/root.json', offline.trustedRoot)
  await step('sign', () =>
    run(
      signer,
      cosign.program,
      'sign',
      '--yes',
      '--key',
      'env://COSIGN_KEY',
      '--signing-config',
      '/signing.json',
      '--trusted-root',
      '/root.json',
      '--allow-http-registry',
      `${access.inside}@${digest}`,
    ),
  )
  if (thorough)
    await attestAndVerify(
      { signer, publicKey, program: cosign.program, reference: `${access.inside}@${digest}` },
      { step, run },
    )
  return times
}
