import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readJson } from '../../model/read-json.ts'

const Profile = z.looseObject({
  defaultAction: z.enum([
    'SCMP_ACT_ERRNO',
    'SCMP_ACT_KILL',
    'SCMP_ACT_KILL_PROCESS',
    'SCMP_ACT_KILL_THREAD',
    'SCMP_ACT_TRAP',
  ]),
  syscalls: z.array(z.looseObject({ names: z.array(z.string()).min(1), action: z.string() })).min(1),
})

/**
 * Reads a seccomp profile in Docker's and Kubernetes' format. Throws `SOURCE` if it is not valid, or allows what it does not name.
 */
export function parseSeccomp(text: string, path: string): void {
  try {
    readJson(path, text, Profile, 'SOURCE')
  } catch (error) {
    throw new DeliveryError(
      'SOURCE',
      `expected a seccomp profile in ${path} that refuses what it does not name: ${error instanceof Error ? error.message : String(error)}`,
      'Use the runtime/seccomp.json from the reports of a run without runtime.seccomp.',
      { cause: error },
    )
  }
}
