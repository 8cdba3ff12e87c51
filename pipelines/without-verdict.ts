import { DeliveryError } from '../src/model/errors.ts'
import type { Lint } from '../src/model/index.ts'
import type { BuiltArchive } from '../src/stages/build/build.ts'
import { collectors, type Collectors } from '../src/stages/evidence/index.ts'
import type { SbomDocuments } from '../src/stages/evidence/packages.ts'
import { lintDockerfile } from '../src/stages/lint.ts'
import { readSource } from '../src/stages/source/source.ts'
import { beginBuild } from './begin-build.ts'
import { prepareBuild } from './prepare-build.ts'
import type { Request } from './request.ts'

/** A built image and its collectors, for callers who want one kind of evidence and no verdict. */
export interface Collectable {
  built: BuiltArchive
  collectors: Collectors
  /** Both SBOM documents; throws `TOOL` if they could not be made. */
  sboms(): Promise<SbomDocuments>
}

/** Lints the source's Dockerfile. Throws `TOOL` if the linter gave no result. */
export async function lintSource(request: Request): Promise<Lint> {
  const source = await readSource(request)
  const { dockerfile, policy } = source
  if (dockerfile === undefined)
    throw new DeliveryError('SOURCE', 'the source has no Dockerfile to lint', 'Name a directory that has one.')
  const checks = async () => (await prepareBuild(source, request))?.preparation.checks ?? []
  const lint = await lintDockerfile(dockerfile, checks, policy.lint, request.lock)
  if (lint.status === 'not-applicable') throw new TypeError('a Dockerfile can be linted')
  if (lint.status === 'undecided')
    throw new DeliveryError('TOOL', `expected ${lint.wanted}, found: ${lint.found}`, lint.remedy)
  return lint.value
}

/** Builds the first platform of the request. Collectors run when called. */
export async function buildSource(request: Request): Promise<Collectable> {
  const source = await readSource(request)
  const [platform] = source.platforms
  const image = await beginBuild(source, request).image(platform)
  const all = collectors(image)
  return {
    built: image.built,
    collectors: all,
    async sboms() {
      const cell = await all.sbom()
      const documents = all.documents()
      if (cell.status === 'undecided' || documents === undefined) {
        throw new DeliveryError(
          'TOOL',
          cell.status === 'undecided' ? `expected ${cell.wanted}, found: ${cell.found}` : 'no SBOM was made',
          cell.status === 'undecided' ? cell.remedy : 'Run again.',
        )
      }
      return documents
    },
  }
}
