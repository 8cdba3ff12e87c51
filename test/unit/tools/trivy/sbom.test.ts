import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bindCycloneDx, bindSpdx } from '../../../../src/tools/trivy/sbom.ts'

const recorded = (name: string) => readFileSync(new URL(`../../../fixtures/trivy/${name}`, import.meta.url), 'utf8')
const image = {
  name: 'shop/orders',
  digest: `sha256:${'d'.repeat(64)}`,
  configuration: 'sha256:674ffd5cad41233f9900a01dec212486a8d9f22e7ca5845ec23de346acb7171a',
  packages: 8,
}

describe.each([
  ['CycloneDX', bindCycloneDx, recorded('small-cyclonedx-0.72.0.json')],
  ['SPDX', bindSpdx, recorded('small-spdx-0.72.0.json')],
] as const)('a bill of materials in %s', (format, bind, document) => {
  it('is bound to the digest of the image that was scanned, with every package and the system [faults 15, 16]', () => {
    const { text, components, operatingSystem } = bind(document, image)
    expect({ components, operatingSystem }).toEqual({ components: 9, operatingSystem: true })
    expect(text).toContain('"shop/orders"')
    expect(text).toContain('d'.repeat(64))
    expect(text).toContain(`pkg:oci/orders@sha256%3A${'d'.repeat(64)}`)
  })

  it('about another image is refused [fault 16]', () => {
    expect(() => bind(document, { ...image, configuration: `sha256:${'e'.repeat(64)}` })).toThrow(
      /found sha256:674ffd5c/,
    )
    expect(() => bind(document.replaceAll(/ImageID/g, 'Other'), image)).toThrow(
      `expected trivy's ${format} document to be about`,
    )
  })

  it('that has lost packages is refused [fault 15]', () => {
    expect(() => bind(document, { ...image, packages: 10 })).toThrow(
      `expected at least the scan's 10 packages in the ${format} document, found 9 components`,
    )
  })
})

it('an image without packages has an empty bill of materials, and the gate decides what that means [fault 15]', () => {
  const scratch = recorded('scratch-cyclonedx-0.72.0.json')
  const configuration = /sha256:[0-9a-f]{64}/.exec(scratch.slice(scratch.indexOf('ImageID')))?.[0] ?? ''
  expect(bindCycloneDx(scratch, { ...image, configuration, packages: 0 })).toMatchObject({
    components: 0,
    operatingSystem: false,
  })
})

describe('the version of a CycloneDX document', () => {
  const document = recorded('small-cyclonedx-0.72.0.json')
  const written = (text: string) =>
    JSON.parse(bindCycloneDx(text, image).text) as { specVersion: string; $schema: string }

  it('is the one that most servers read, where it holds nothing newer', () => {
    expect(document).toContain('"specVersion": "1.7"')
    expect(written(document)).toMatchObject({
      specVersion: '1.6',
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    })
  })

  it('stays if part of it is newer; text that only looks like one is not one', () => {
    const newer = document.replace('"dependencies":', '"citations": [],\n  "dependencies":')
    expect(written(newer).specVersion).toBe('1.7')
    const text = document.replace('"group": "aquasecurity"', String.raw`"group": "a\"citations\": []"`)
    expect(text).not.toBe(document)
    expect(written(text).specVersion).toBe('1.6')
  })
})
