import type { Directory } from '@dagger.io/dagger'
import type { Request } from '../../pipelines/request.ts'
import { requestOf, type GivenToModule } from './given.ts'

/** A run on one platform: by default, on the policy's. */
export function runOn(
  given: GivenToModule,
  source: Directory,
  platform?: string,
  buildArg: string[] = [],
): Promise<Request> {
  return requestOf({
    ...given,
    source,
    platform: platform === undefined ? [] : [platform],
    buildArg,
    buildSecretId: [],
    buildSecret: [],
    pathInRepository: '',
    version: '',
    file: '',
    target: '',
    label: [],
  })
}
