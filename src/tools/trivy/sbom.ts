import { z } from 'zod'
import { imagePackageUrl, type Digest } from '../../model/index.ts'
import { readJson } from '../read-json.ts'

/** An entry that has these texts. It is checked and not copied: there may be a hundred thousand, and most of what they hold is only passed on. */
function entry<T extends object>(...texts: ReadonlyArray<keyof T & string>) {
  return z.custom<T>((value) => typeof value === 'object' && value !== null && texts.every((key) => typeof (value as Record<string, unknown>)[key] === 'string'), `an entry with the texts ${texts.join(', ')}`)
}

const CycloneDx = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({ component: z.looseObject({ name: z.string(), 'bom-ref': z.string().optional() }) }),
  components: z.array(entry<{ type: string }>('type')).optional(),
})

const Spdx = z.looseObject({
  spdxVersion: z.string(),
  name: z.string(),
  packages: z.array(entry<{ [key: string]: unknown; name: string; SPDXID: string; primaryPackagePurpose?: string }>('name', 'SPDXID')),
})

/** A software bill of materials that says which image it speaks of. */
export interface BoundSbom {
  text: string
  components: number
  operatingSystem: boolean
}

/** Writes the image's name and digest into a CycloneDX document: Trivy read an archive, which knows neither. Throws `TOOL` when it is no CycloneDX. */
export function bindCycloneDx(text: string, image: { name: string; digest: Digest }): BoundSbom {
  const document = readJson('trivy', text, CycloneDx)
  const { component } = document.metadata
  component.name = image.name
  component['version'] = image.digest
  component['purl'] = imagePackageUrl(image)
  component['hashes'] = [{ alg: 'SHA-256', content: image.digest.slice('sha256:'.length) }]
  const components = document.components ?? []
  return {
    text: `${JSON.stringify(document, null, 2)}\n`,
    components: components.length,
    operatingSystem: components.some(({ type }) => type === 'operating-system'),
  }
}

/** Writes the image's name and digest into an SPDX document. Throws `TOOL` when it is no SPDX. */
export function bindSpdx(text: string, image: { name: string; digest: Digest }): BoundSbom {
  const document = readJson('trivy', text, Spdx)
  document.name = image.name
  document['documentNamespace'] = `urn:loadline:spdx:${image.name}:${image.digest}`
  const container = document.packages.find(({ primaryPackagePurpose }) => primaryPackagePurpose === 'CONTAINER')
  if (container !== undefined) {
    container.name = image.name
    container['versionInfo'] = image.digest
    container['checksums'] = [{ algorithm: 'SHA256', checksumValue: image.digest.slice('sha256:'.length) }]
    container['externalRefs'] = [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: imagePackageUrl(image) }]
  }
  return {
    text: `${JSON.stringify(document, null, 2)}\n`,
    components: document.packages.length - (container === undefined ? 0 : 1),
    operatingSystem: document.packages.some(({ primaryPackagePurpose }) => primaryPackagePurpose === 'OPERATING-SYSTEM'),
  }
}
