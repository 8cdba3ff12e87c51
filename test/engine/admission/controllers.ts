import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { ProgramsOnDemand } from '../../../toolchain/programs-on-demand.ts'
import { kyvernoVersion, policyControllerVersion } from '../../../src/admission/index.ts'
import { compiled } from '../compiled.ts'

const goDirectory = fileURLToPath(new URL('./go/', import.meta.url))

/** What an admission controller says of an image. */
export interface Answer {
  admitted: boolean
  said: string
}

/** Both controllers' own engines, compiled from their Go modules where the cache lacks them: measured on 2 busy cores, Kyverno 8 min 12 s, policy-controller 6 min 8 s. */
export async function admissionControllers(): Promise<{ kyverno: string; policyController: string }> {
  const compile = <Name extends string>(module: string, programs: ProgramsOnDemand<Name>['programs']) =>
    compiled({ goDirectory, module, programs })
  const { kyverno } = await compile('kyverno', {
    kyverno: { version: `v${kyvernoVersion}`, package: 'github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno' },
  })
  const { tester } = await compile('policy-controller', {
    tester: { version: `v${policyControllerVersion}`, package: 'github.com/sigstore/policy-controller/cmd/tester' },
  })
  return { kyverno, policyController: tester }
}

/** Asks Kyverno about a pod (paths of files): its command line applies a policy with the engine that answers in a cluster. */
export async function askKyverno(program: string, policy: string, pod: string): Promise<Answer> {
  const { exitCode, stdout, stderr } = await execa(
    program,
    ['apply', policy, '--resource', pod, '--registry', '--remove-color'],
    { reject: false },
  )
  const counts = /^pass: (\d+), fail: (\d+), warn: 0, error: (\d+), skip: 0/m.exec(stdout)
  if (counts === null) throw new Error(`Kyverno did not decide: ${stdout}\n${stderr}`)
  // A policy that looks at nothing passes nothing, and is no admission.
  return { admitted: exitCode === 0 && counts[1] === '1' && counts[2] === '0' && counts[3] === '0', said: stdout }
}

/** Asks policy-controller about an image by its digest, with the trust root that the policy names, where it names one (paths of files). */
export async function askPolicyController(
  program: string,
  policy: string,
  image: string,
  trustRoot?: string,
): Promise<Answer> {
  const { exitCode, stdout, stderr } = await execa(
    program,
    [
      '-policy',
      policy,
      '-image',
      image,
      ...(trustRoot === undefined ? [] : ['-trustroot', trustRoot]),
      '-log-level',
      'error',
    ],
    { reject: false },
  )
  const errors = stdout.trim() === '' ? [] : (JSON.parse(stdout) as { errors: string[] }).errors
  if ((exitCode === 0) !== (errors.length === 0))
    throw new Error(`policy-controller did not decide: ${stdout}\n${stderr}`)
  return { admitted: exitCode === 0, said: errors.join('\n') }
}
