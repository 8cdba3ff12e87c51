import { DeliveryError, type ErrorCode } from '../../../src/model/errors.ts'
import type { PolicyFiles, PolicyText } from '../../../src/policy/index.ts'
import { FileFault } from './physical-path.ts'
import { kindOfNamed, limits, readNamed } from './read-file.ts'

/** The files that make up the policy, as the command line names them. */
export interface PolicyOptions {
  policy?: string
  organisation?: string
}

/** A file named on the command line, and how it may be read. */
export interface GivenFile {
  path: string
  /** Its name in errors, e.g. `policy`. */
  what: string
  /** The error's code if it cannot be read. */
  code: ErrorCode
  /** The size limit in bytes; by default, that of a file written by hand. */
  most?: number
}

/** Reads a file named on the command line. Throws its code if it cannot. */
export async function readGiven({ path, what, code, most = limits.written }: GivenFile): Promise<string> {
  try {
    return (await readNamed(path, most)).toString('utf8')
  } catch (error) {
    throw fileError(error, code, `the ${what} file ${path}`)
  }
}

/** Reads a file that an option names. Throws the code if it cannot. */
export async function readOption(path: string, option: string, code: ErrorCode): Promise<string> {
  try {
    return (await readNamed(path, limits.written)).toString('utf8')
  } catch (error) {
    throw fileError(error, code, `${option} names the file ${path}, which`)
  }
}

/**
 * What is at a path named on the command line; undefined if nothing is. Throws its code if it is reached through a link
 * that is not followed.
 */
export async function kindOfGiven({
  path,
  what,
  code,
}: Pick<GivenFile, 'path' | 'what' | 'code'>): ReturnType<typeof kindOfNamed> {
  try {
    return await kindOfNamed(path)
  } catch (error) {
    throw fileError(error, code, `the ${what} ${path}`)
  }
}

/** A file's fault as an error that says what it is about and what to do. */
export function fileError(error: unknown, code: ErrorCode, about: string): unknown {
  if (!(error instanceof FileFault)) return error
  return new DeliveryError(code, `${about} ${error.message}`, remedies[error.reason], { cause: error })
}

const remedies: Readonly<Record<FileFault['reason'], string>> = {
  absent: 'Correct the path or its permissions.',
  unreadable: 'Correct the path or its permissions.',
  link: "Name the file itself: a link among an application's files is not followed, because anybody may have put it there.",
  special: 'Name a regular file.',
  large: 'Check that this is the file you mean.',
}

/** The text of a policy file named on the command line. Throws `POLICY` if it cannot be read. */
export async function policyText(
  path: string | undefined,
  what: 'policy' | 'organisation',
): Promise<PolicyText | undefined> {
  return path === undefined ? undefined : { path, text: await readGiven({ path, what, code: 'POLICY' }) }
}

/** An earlier verdict, or a list about vulnerabilities, that was named on the command line. Throws `USAGE` if it cannot be read. */
export async function givenFileText(
  path: string | undefined,
  what: 'baseline' | 'known-exploited' | 'exploit-prediction',
): Promise<{ path: string; text: string } | undefined> {
  if (path === undefined) return undefined
  return { path, text: await readGiven({ path, what, code: 'USAGE', most: limits.report }) }
}

/** The named policy files, and no others. Throws `POLICY`. */
export async function policyFiles({ policy, organisation }: PolicyOptions): Promise<PolicyFiles> {
  return {
    organisation: await policyText(organisation, 'organisation'),
    application: await policyText(policy, 'policy'),
  }
}

/** The same without a source: as in a run, `loadline.yaml` applies if no other file is named; here, the one in the working directory. */
export async function policyFilesHere({ policy, organisation }: PolicyOptions): Promise<PolicyFiles> {
  const lies = await kindOfGiven({ path: 'loadline.yaml', what: 'policy', code: 'POLICY' })
  const own = policy ?? (lies === undefined ? undefined : 'loadline.yaml')
  return {
    organisation: await policyText(organisation, 'organisation'),
    application: await policyText(own, 'policy'),
  }
}
