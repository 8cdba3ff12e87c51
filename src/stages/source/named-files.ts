import type { Directory } from '@dagger.io/dagger'
import { contentsOf, readText } from '../../engine/read-text.ts'
import { DeliveryError } from '../../model/errors.ts'
import { limits } from '../../model/limits.ts'
import type { Policy } from '../../policy/schema.ts'
import { parseStructureTests } from '../../tools/container-structure-test/structure-test-file.ts'
import { parseSeccomp } from '../../tools/sandbox/seccomp.ts'

/** A file of the source that its policy names. */
export interface NamedFile {
  path: string
  text: string
}

/** A requested list; without text if the file does not exist. */
export interface GivenList {
  path: string
  text: string | undefined
}

/** A list that the policy names, if it names one. Throws `SOURCE` if it is too large. */
export async function readGivenList(directory: Directory, path: string | undefined): Promise<GivenList | undefined> {
  if (path === undefined) return undefined
  if (!(await directory.exists(path))) return { path, text: undefined }
  // Written by others: damaged characters in its descriptions do not invalidate the list.
  return { path, text: await contentsOf(directory.file(path), path, limits.listed, 'SOURCE') }
}

/** The seccomp profile. Throws `SOURCE` if it is missing or not valid. */
export async function readSeccomp(directory: Directory, policy: Policy): Promise<NamedFile | undefined> {
  const path = policy.runtime.seccomp
  if (path === undefined) return undefined
  const text = await readText(directory, path, limits.written)
  if (text === undefined)
    throw new DeliveryError(
      'SOURCE',
      `the source has no ${path}, which the policy names as its seccomp profile`,
      'Run once without runtime.seccomp: the reports then contain a profile derived from the run.',
    )
  parseSeccomp(text, path)
  return { path, text }
}

/** The structure tests, if there are any. Throws `STRUCTURE_TESTS` if the file is not valid. */
export async function readStructureTests(directory: Directory, policy: Policy): Promise<NamedFile | undefined> {
  const path = policy.structure.file
  const text = await readText(directory, path, limits.written, 'STRUCTURE_TESTS')
  if (text === undefined) return undefined
  parseStructureTests(text, path)
  return { path, text }
}
