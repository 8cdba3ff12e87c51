import { readFile, stat } from 'node:fs/promises'
import { DeliveryError } from '../../src/model/errors.ts'
import type { PolicyFiles, PolicyText } from '../../src/policy/index.ts'

/** The files that make the policy at hand, as the command line names them. */
export interface PolicyOptions {
  policy?: string
  organisation?: string
}

/** Reads a file that was named on the command line. Throws the given code where it cannot. */
export async function readInput(
  path: string,
  code: 'POLICY' | 'LOCK' | 'USAGE' | 'CREDENTIAL',
  what: string,
): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new DeliveryError(
      code,
      `the ${what} file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
      'Correct the path or its permissions.',
      { cause: error },
    )
  }
}

/** The text of a policy file that was named on the command line. Throws `POLICY` where it cannot be read. */
export async function policyText(
  path: string | undefined,
  what: 'policy' | 'organisation',
): Promise<PolicyText | undefined> {
  return path === undefined ? undefined : { path, text: await readInput(path, 'POLICY', what) }
}

/** An earlier verdict, or a list of exploited vulnerabilities, that was named on the command line. Throws `USAGE` where it cannot be read. */
export async function givenText(
  path: string | undefined,
  what: 'baseline' | 'known-exploited',
): Promise<{ path: string; text: string } | undefined> {
  return path === undefined ? undefined : { path, text: await readInput(path, 'USAGE', what) }
}

/** The policy files that are named, and no other. Throws `POLICY`. */
export async function policyFiles({ policy, organisation }: PolicyOptions): Promise<PolicyFiles> {
  return {
    organisation: await policyText(organisation, 'organisation'),
    application: await policyText(policy, 'policy'),
  }
}

/** The same where there is no source: as in a run, `loadline.yaml` counts where no other file is named; here, the one of the working directory. */
export async function policyFilesHere({ policy, organisation }: PolicyOptions): Promise<PolicyFiles> {
  const here = (await stat('loadline.yaml').catch(() => undefined)) === undefined ? {} : { policy: 'loadline.yaml' }
  return policyFiles({
    ...here,
    ...(policy === undefined ? {} : { policy }),
    ...(organisation === undefined ? {} : { organisation }),
  })
}
