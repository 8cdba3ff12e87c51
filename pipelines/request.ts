import type { Secret } from '@dagger.io/dagger'
import type { Progress } from '../src/engine/progress.ts'
import type { Lock } from '../src/model/index.ts'
import type { CacheScope } from '../src/stages/build/build.ts'
import type { GivenDatabase } from '../src/stages/evidence/database.ts'
import type { Reuse } from '../src/stages/evidence/kept-run.ts'
import type { SourceRequest } from '../src/stages/source/source-request.ts'

/** What is judged, and with what. */
export interface Request extends SourceRequest {
  buildSecrets: ReadonlyMap<string, Secret>
  cacheScope: CacheScope
  lock: Lock
  database?: GivenDatabase
  /** Whether an earlier run of an image with this digest may count, if the policy allows it; without it, it may. */
  mayReuse?: Reuse['mayReuse']
  progress: Progress
}
