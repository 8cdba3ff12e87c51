import { dag } from '@dagger.io/dagger'
import { spellPlatform, type Platform } from '../model/index.ts'

/** The platform whose programs the engine can run. */
export async function enginePlatform(): Promise<Platform> {
  const [os = '', architecture = '', variant] = (await dag.defaultPlatform()).split('/')
  return spellPlatform({ os, architecture, variant })
}
