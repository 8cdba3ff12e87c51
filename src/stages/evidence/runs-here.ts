import { dag } from '@dagger.io/dagger'
import type { BuiltArchive } from '../build/build.ts'

/** Whether the engine's own processor runs the image's programs: emulation would be a property of one engine and not of the evidence. */
export async function runsHere({ archive }: BuiltArchive): Promise<boolean> {
  const architecture = (platform: string) => platform.split('/')[1]
  return architecture(await dag.defaultPlatform()) === architecture(archive.platform)
}
