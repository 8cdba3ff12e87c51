import { execa } from 'execa'
import { compiled } from '../../engine/compiled.ts'
import { kyvernoProgram, policyControllerProgram } from '../modules.ts'

/** What an admission controller says of an image. */
export interface Answer {
  admitted: boolean
  said: string
}

/** Both controllers' own engines. */
export async function admissionControllers(): Promise<{ kyverno: string; policyController: string }> {
  const { kyverno } = await compiled(kyvernoProgram)
  const { tester } = await compiled(policyControllerProgram)
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
