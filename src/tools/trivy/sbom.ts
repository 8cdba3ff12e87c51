import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { imagePackageUrl, type Digest } from '../../model/index.ts'
import { readJsonInParts } from '../../model/json-in-parts.ts'

/**
 * An entry with these text fields. It is checked but not copied: there may be a hundred thousand, most of whose content is only passed on.
 */
function entry<T extends object>(...texts: ReadonlyArray<keyof T & string>) {
  return z.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      texts.every((key) => typeof (value as Record<string, unknown>)[key] === 'string'),
    `an entry with the texts ${texts.join(', ')}`,
  )
}

const CycloneDx = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({
    component: z.looseObject({
      name: z.string(),
      'bom-ref': z.string().optional(),
      properties: z.array(z.looseObject({ name: z.string(), value: z.string() })),
    }),
  }),
  components: z.array(entry<{ type: string }>('type')).optional(),
})

interface SpdxPackage {
  [key: string]: unknown
  name: string
  SPDXID: string
  primaryPackagePurpose?: string
}

const Spdx = z.looseObject({
  spdxVersion: z.string(),
  name: z.string(),
  packages: z.array(entry<SpdxPackage>('name', 'SPDXID')),
})

/** Trivy's notes on the image, among them "ImageID: sha256:...". */
const Annotations = z.array(z.looseObject({ comment: z.string() }))

/** What the documents must be about. */
export interface SbomSubject {
  name: string
  /** The digest of the image's manifest, which Trivy does not know. */
  digest: Digest
  /** Digest of the image configuration, which Trivy writes into both documents. */
  configuration: Digest
  /** The number of packages in the scan: a document with fewer components has lost some. */
  packages: number
}

/** An SBOM that says which image it describes. */
export interface BoundSbom {
  text: string
  components: number
  operatingSystem: boolean
}

/** What CycloneDX 1.7 has but 1.6 does not (https://cyclonedx.org/docs/1.7/json/). */
const onlyIn17 =
  /"(?:citations|distributionConstraints|expressionDetails|isExternal|patentAssertions|patents|versionRange|algorithmFamily|ellipticCurve)"\s*:/

/**
 * Writes the image's name and digest into a CycloneDX document: Trivy read an archive, which has neither. The document
 * is written as 1.6 if it contains nothing newer. Throws `TOOL` if it is not CycloneDX, is about a different image, or
 * lacks packages.
 */
export function bindCycloneDx(text: string, image: SbomSubject): BoundSbom {
  let components = 0
  let operatingSystem = false
  const whole = readJsonInParts('trivy', text, CycloneDx, (part) => {
    components += part.components?.length ?? 0
    operatingSystem ||= part.components?.some(({ type }) => type === 'operating-system') ?? false
  })
  const { document } = whole
  const { component } = document.metadata
  requireWhole(
    'CycloneDX',
    component.properties.find(({ name }) => name === 'aquasecurity:trivy:ImageID')?.value,
    components,
    image,
  )
  component.name = image.name
  component['version'] = image.digest
  component['purl'] = imagePackageUrl(image)
  component['hashes'] = [{ alg: 'SHA-256', content: image.digest.slice('sha256:'.length) }]
  // Many servers do not read 1.7 yet, and refuse a document because of the number alone.
  if (document.specVersion === '1.7' && !onlyIn17.test(text)) {
    document.specVersion = '1.6'
    document['$schema'] = 'http://cyclonedx.org/schema/bom-1.6.schema.json'
  }
  return { text: whole.text(), components, operatingSystem }
}

/**
 * Writes the image's name and digest into an SPDX document. Throws `TOOL` if it is not SPDX, is about a different
 * image, or lacks packages.
 */
export function bindSpdx(text: string, image: SbomSubject): BoundSbom {
  let packages = 0
  let operatingSystem = false
  let container: SpdxPackage | undefined
  let notes: z.infer<typeof Annotations> = []
  const whole = readJsonInParts('trivy', text, Spdx, (part) => {
    packages += part.packages.length
    operatingSystem ||= part.packages.some(({ primaryPackagePurpose }) => primaryPackagePurpose === 'OPERATING-SYSTEM')
    if (container !== undefined) return
    container = part.packages.find(({ primaryPackagePurpose }) => primaryPackagePurpose === 'CONTAINER')
    notes = Annotations.safeParse(container?.['annotations']).data ?? []
    if (container !== undefined) bindContainer(container, image)
  })
  const components = packages - (container === undefined ? 0 : 1)
  requireWhole(
    'SPDX',
    notes.map(({ comment }) => /^ImageID: (.+)$/.exec(comment)?.[1]).find((id) => id !== undefined),
    components,
    image,
  )
  whole.document.name = image.name
  whole.document['documentNamespace'] = `urn:loadline:spdx:${image.name}:${image.digest}`
  return { text: whole.text(), components, operatingSystem }
}

function bindContainer(container: SpdxPackage, image: SbomSubject): void {
  container.name = image.name
  container['versionInfo'] = image.digest
  container['checksums'] = [{ algorithm: 'SHA256', checksumValue: image.digest.slice('sha256:'.length) }]
  container['externalRefs'] = [
    { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: imagePackageUrl(image) },
  ]
}

function requireWhole(format: string, configuration: string | undefined, components: number, image: SbomSubject): void {
  if (configuration !== image.configuration) {
    throw new DeliveryError(
      'TOOL',
      `expected trivy's ${format} document to be about the image with configuration ${image.configuration}, found ${configuration ?? 'no image'}`,
      'Run again; if it persists, report it as a bug in Loadline.',
    )
  }
  if (components < image.packages) {
    throw new DeliveryError(
      'TOOL',
      `expected at least the scan's ${image.packages} packages in the ${format} document, found ${components} components`,
      'Run again; if it persists, report it as a bug in Loadline.',
    )
  }
}
