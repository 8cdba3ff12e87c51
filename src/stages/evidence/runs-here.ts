import { enginePlatform } from '../../engine/engine-platform.ts'
import type { BuiltArchive } from '../build/build.ts'

/** Whether the engine's own processor runs the image's programs: emulation would depend on the engine, not on the image. */
export async function runsHere({ archive }: BuiltArchive): Promise<boolean> {
  const architecture = (platform: string) => platform.split('/')[1]
  return architecture(await enginePlatform()) === architecture(archive.platform)
}
