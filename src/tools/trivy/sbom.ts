import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { documentText, imagePackageUrl, type Digest } from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

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

const Spdx = z.looseObject({
  spdxVersion: z.string(),
  name: z.string(),
  packages: z.array(
    entry<{ [key: string]: unknown; name: string; SPDXID: string; primaryPackagePurpose?: string }>('name', 'SPDXID'),
  ),
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
  const document = readJson('trivy', text, CycloneDx)
  const { component } = document.metadata
  const components = document.components ?? []
  requireWhole(
    'CycloneDX',
    component.properties.find(({ name }) => name === 'aquasecurity:trivy:ImageID')?.value,
    components.length,
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
  return {
    text: documentText(document),
    components: components.length,
    operatingSystem: components.some(({ type }) => type === 'operating-system'),
  }
}

/**
 * Writes the image's name and digest into an SPDX document. Throws `TOOL` if it is not SPDX, is about a different
 * image, or lacks packages.
 */
export function bindSpdx(text: string, image: SbomSubject): BoundSbom {
  const document = readJson('trivy', text, Spdx)
  const container = document.packages.find(({ primaryPackagePurpose }) => primaryPackagePurpose === 'CONTAINER')
  const components = document.packages.length - (container === undefined ? 0 : 1)
  const notes = Annotations.safeParse(container?.['annotations']).data ?? []
  requireWhole(
    'SPDX',
    notes.map(({ comment }) => /^ImageID: (.+)$/.exec(comment)?.[1]).find((id) => id !== undefined),
    components,
    image,
  )
  document.name = image.name
  document['documentNamespace'] = `urn:loadline:spdx:${image.name}:${image.digest}`
  if (container !== undefined) {
    container.name = image.name
    container['versionInfo'] = image.digest
    container['checksums'] = [{ algorithm: 'SHA256', checksumValue: image.digest.slice('sha256:'.length) }]
    container['externalRefs'] = [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: imagePackageUrl(image) },
    ]
  }
  return {
    text: documentText(document),
    components,
    operatingSystem: document.packages.some(
      ({ primaryPackagePurpose }) => primaryPackagePurpose === 'OPERATING-SYSTEM',
    ),
  }
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
