import { dag, type Container, type File } from '@dagger.io/dagger'
import { attestationKinds, predicateTypes, type Lock } from '../../src/model/index.ts'
import type { Policy } from '../../src/policy/index.ts'
import { ownToolImage, toolImage } from '../../src/engine/tool-image.ts'
import { analyse } from '../../src/tools/dive/command.ts'
import { extractConfiguration, inspectImage } from '../../src/tools/inspect/command.ts'
import { runImage, sandboxPlan } from '../../src/tools/sandbox/command.ts'

/** How the script does its work: one step after the other, each with a name, and every tool started anew. */
interface Script {
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  run(container: Container, ...argv: string[]): Promise<Container>
}

/** The kinds of evidence that the script does not collect by itself, with the tools that Loadline has for them: what is set, what is wasted, and a run under the restrictions of production. */
export async function collectTheRest(
  { image, oci, archive, policy, lock }: { image: Container; oci: File; archive: File; policy: Policy; lock: Lock },
  { step, run }: Script,
): Promise<void> {
  const [inspect, dive, sandbox] = [
    await ownToolImage(lock, 'inspect'),
    await toolImage(lock, 'dive'),
    await ownToolImage(lock, 'sandbox'),
  ]
  const inspecting = inspect.container.withMountedFile('/archive.tar', oci)
  await step('configuration', () => run(inspecting, inspect.program, ...inspectImage('/archive.tar')))
  await step('efficiency', () =>
    run(
      dive.container.withMountedFile('/archive.tar', archive),
      ...analyse({ program: dive.program, archive: '/archive.tar', output: '/dive.json' }),
    ),
  )
  await step('run', async () => {
    const plan = dag.directory().withNewFile('plan.json', sandboxPlan(policy, undefined)).file('plan.json')
    const metadata = inspecting
      .withExec([inspect.program, ...extractConfiguration('/archive.tar', '/metadata.json')])
      .file('/metadata.json')
    const paths = { plan: '/plan.json', configuration: '/image.json', root: '/image' }
    const ready = sandbox.container
      .withMountedFile(paths.plan, plan)
      .withMountedFile(paths.configuration, metadata)
      .withMountedDirectory(paths.root, image.rootfs())
      .withEnvVariable('SCRIPT_RUN', `${performance.now()}`)
    return ready.withExec(runImage(sandbox.program, paths), { insecureRootCapabilities: true }).sync()
  })
}

/** One attestation of each kind, one after the other, and then what a consumer asks: the signature, and each attestation. */
export async function attestAndVerify(
  {
    signer,
    publicKey,
    program,
    reference,
  }: { signer: Container; publicKey: string; program: string; reference: string },
  { step, run }: Script,
): Promise<void> {
  const signing = ['--key', 'env://COSIGN_KEY', '--signing-config', '/signing.json', '--trusted-root', '/root.json']
  const predicate = signer.withNewFile('/predicate.json', JSON.stringify({ passed: true }))
  await step('attest', async () => {
    for (const kind of attestationKinds)
      await run(
        predicate,
        program,
        'attest',
        '--yes',
        '--type',
        predicateTypes[kind],
        '--predicate',
        '/predicate.json',
        ...signing,
        '--allow-http-registry',
        reference,
      )
  })
  await step('verify', async () => {
    const verifier = signer.withNewFile('/cosign.pub', publicKey)
    const verifying = ['--key', '/cosign.pub', '--insecure-ignore-tlog=true', '--allow-http-registry', reference]
    await run(verifier, program, 'verify', ...verifying)
    for (const kind of attestationKinds)
      await run(verifier, program, 'verify-attestation', '--type', predicateTypes[kind], ...verifying)
  })
}
