import { object, type Directory, type File, type Secret, type Service } from '@dagger.io/dagger'
import type { Request } from '../../pipelines/request.ts'
import { GitFacts, type Lock } from '../model/index.ts'
import type { PolicyFiles } from '../policy/index.ts'
import { parseCacheScope } from '../stages/build/build.ts'
import type { GivenDatabase } from '../stages/evidence/database.ts'
import { chosen, imageOf, lockOf, progressLog, secretsOf, textOf } from './inputs.ts'

type Fields = { [Name in keyof Given as Given[Name] extends (...given: never) => unknown ? never : Name]: Given[Name] }

/** Values of its fields; what is undefined stays as it is. */
type Values = { [Name in keyof Fields]?: Fields[Name] | undefined }

/**
 * What the module was given for all of its functions, and what one call of them says beside it: the state of whatever judges. Dagger hands it on with the objects that have it.
 * An empty text or list says nothing.
 */
@object()
export class Given {
  policy?: File
  organisation?: File
  baseline?: File
  knownExploited?: File
  vulnerabilityDatabase?: Directory
  lockFile?: File
  cacheScope: string = 'trusted'
  /** Git facts as JSON. */
  git: string = ''
  additionalSarif: File[] = []
  /** The image that is judged in place of a build: a reference, an archive or a layout. */
  imageReference: string = ''
  imageArchive?: File
  imageLayout?: Directory
  imageRegistry?: Service
  imageRegistryConfig?: Secret
  imageRegistryCa?: File

  source?: Directory
  platform: string[] = []
  buildSecretId: string[] = []
  buildSecret: Secret[] = []
  buildArg: string[] = []
  pathInRepository: string = ''
  version: string = ''
  file: string = ''
  target: string = ''
  label: string[] = []

  /** The same, with other values. */
  with(values: Values): Given {
    const given = Object.entries(values).filter(([, value]) => value !== undefined)
    return Object.assign(new Given(), this, Object.fromEntries(given)) as Given
  }

  /** The texts of the policy files. */
  async policyFiles(): Promise<PolicyFiles> {
    return { organisation: await textOf(this.organisation), application: await textOf(this.policy) }
  }

  /** The lock that pins tools and bases. Throws `LOCK` where there is none. */
  lock(): Promise<Lock> {
    return lockOf(this.lockFile, this.source)
  }

  /** The vulnerability database, where one was given. */
  database(): { database?: GivenDatabase } {
    return this.vulnerabilityDatabase === undefined ? {} : { database: { directory: this.vulnerabilityDatabase } }
  }

  /** A run on the source. Throws `LOCK` where nothing pins the tools, and `USAGE` where something was given that is not as it must be. */
  async request(): Promise<Request> {
    if (this.source === undefined) throw new TypeError('a run was asked for, and no source was given')
    const [{ application: policy, organisation }, baseline, knownExploited, additional] = await Promise.all([
      this.policyFiles(),
      textOf(this.baseline),
      textOf(this.knownExploited),
      Promise.all(this.additionalSarif.map(async (file) => ({ path: await file.name(), text: await file.contents() }))),
    ])
    return {
      directory: this.source,
      lock: await this.lock(),
      now: new Date(),
      progress: progressLog(),
      cacheScope: parseCacheScope(this.cacheScope),
      buildSecrets: await secretsOf(this.buildSecretId, this.buildSecret),
      additional,
      ...chosen(this),
      ...(await imageOf(this)),
      ...this.database(),
      ...(this.git === '' ? {} : { git: GitFacts.parse(JSON.parse(this.git)) }),
      ...(policy === undefined ? {} : { policy }),
      ...(organisation === undefined ? {} : { organisation }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(knownExploited === undefined ? {} : { knownExploited }),
    }
  }
}
