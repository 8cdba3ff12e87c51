import type { Platform, StartedProgram, Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

const wanted = 'each library and interpreter in the image'

/**
 * A program whose library or interpreter was not copied with it does not start, and says only "no such file or
 * directory". The run shows that for the main program of the engine's architecture; this also for the health check and
 * for other platforms. Libraries that a program opens later by name are not looked for: modules are often optional.
 */
export const sharedLibraries: Rule = {
  id: 'shared-libraries',
  title: 'What the image starts finds its shared libraries',
  needs: ['configuration'],
  severities: ['high', 'unknown'],
  remedy:
    'Bring the named library or interpreter into the last stage with the package that has it, or build the program statically or on a base with the same C library.',
  source: 'execve(2); ld.so(8), "Dynamic linker"; musl, ldso/dynlink.c',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'configuration').map(({ platform, value: { started } }) => ({
      platform,
      started,
      text: started === undefined ? 'not checked' : describe(started),
    }))
    return {
      wanted,
      found: onEveryPlatform(images),
      violations: images.flatMap(({ platform, started }) =>
        started === undefined ? [unknown(platform, 'they were not checked')] : tell(platform, started, true),
      ),
      // A later word of a command that is also the name of a program may mean something else.
      remarks: images.flatMap(({ platform, started = [] }) => tell(platform, started, false)),
    }
  },
}

function tell(platform: Platform, started: readonly StartedProgram[], first: boolean): Violation[] {
  return started
    .filter((program) => program.first === first)
    .flatMap(({ path, by, missing, unread }) => [
      ...missing.map(({ name, neededBy }): Violation => ({
        ...unknown(platform, `${neededBy} needs ${name}, which is not where it is looked for; ${by} starts ${path}`),
        id: name,
        severity: 'high',
        location: { path: neededBy, within: 'image' },
      })),
      ...unread.map((reason) => ({ ...unknown(platform, reason), location: { path, within: 'image' as const } })),
    ])
}

function unknown(platform: Platform, found: string): Violation {
  return {
    id: 'unread',
    subject: '',
    severity: 'unknown',
    platform,
    wanted,
    found,
    remedy: sharedLibraries.remedy,
  }
}

function describe(started: readonly StartedProgram[]): string {
  if (started.length === 0) return 'no command of the image names a program of it'
  const missing = started.reduce((sum, program) => sum + program.missing.length, 0)
  const libraries = started.reduce((sum, program) => sum + program.libraries, 0)
  return `${started.map(({ path }) => path).join(', ')}: ${libraries} libraries found, ${missing} missing`
}
