import { readFile } from 'node:fs/promises'
import { DeliveryError } from '../../src/model/errors.ts'
import type { PolicyText } from '../../src/policy/index.ts'

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
