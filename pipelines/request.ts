import type { Secret } from '@dagger.io/dagger'
import type { Progress } from '../src/engine/progress.ts'
import type { Lock } from '../src/model/index.ts'
import type { CacheScope } from '../src/stages/build/build.ts'
import type { GivenDatabase } from '../src/stages/evidence/database.ts'
import type { SourceRequest } from '../src/stages/source/source-request.ts'
import type { EarlierRelease } from './earlier-release.ts'

/** What is judged, and with what. */
export interface Request extends SourceRequest {
  buildSecrets: ReadonlyMap<string, Secret>
  cacheScope: CacheScope
  lock: Lock
  database?: GivenDatabase
  /** What the repository already has, if an image that passes is published. */
  earlier?: EarlierRelease
  progress: Progress
}
