import { ownersOf, type Configuration, type Evidence, type Owner, type Owners, type Platform } from '../model/index.ts'

/** The owners of what is in a platform's image. A rule can judge without them: if their evidence is missing, they are unknown. */
export function ownersOn(evidence: Evidence, platform: Platform): Owners {
  const cell = evidence.platforms.find(({ archive }) => archive.platform === platform)?.evidence.base
  return ownersOf(cell?.status === 'collected' ? cell.value : undefined)
}

/** The owners of what is in the source: the Dockerfile is the same for every platform. */
export function ownersInSource(evidence: Evidence): Owners {
  const [known] = evidence.platforms.flatMap(({ evidence: { base } }) =>
    base?.status === 'collected' && base.value.lineage !== undefined ? [base.value] : [],
  )
  return ownersOf(known)
}

/** Who owns a path that the configuration evidence names. */
export function ownerOfPath(owners: Owners, { pathLayers }: Configuration, path: string): Owner {
  return owners.ofLayer(pathLayers !== undefined && Object.hasOwn(pathLayers, path) ? pathLayers[path] : undefined)
}
