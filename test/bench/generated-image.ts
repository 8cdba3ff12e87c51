import { closeSync, openSync, writeSync } from 'node:fs'

/** How big an image is made up. */
export interface Extent {
  packages: number
  vulnerabilities: number
}

const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN']
const layers = ['1', '2', '3', '4'].map((digit) => `sha256:${digit.repeat(64)}`)

/** Digest of the configuration of the image, as Trivy says it. */
export const imageId = `sha256:${'c'.repeat(64)}`
/** Digest of the image. */
export const imageDigest = `sha256:${'d'.repeat(64)}`
export const layerDigests = layers

const nameOf = (index: number): string => `package-${String(index).padStart(6, '0')}`
const purlOf = (index: number): string => `pkg:pypi/${nameOf(index)}@1.${index % 50}.${index % 9}`

/** Writes Trivy's report on the image, with as many words to a finding as its own reports have. The same extent gives the same bytes. */
export function writeScannerReport(path: string, { packages, vulnerabilities }: Extent): void {
  writeDocument(path, function* () {
    yield `{\n  "SchemaVersion": 2,\n  "Trivy": {"Version": "0.72.0"},\n  "ArtifactName": "/image",\n  "ArtifactType": "container_image",\n  "Metadata": {"OS": {"Family": "debian", "Name": "12.9"}, "ImageID": "${imageId}", "ImageConfig": {"architecture": "amd64", "os": "linux"}},\n  "Results": [{"Target": "Python", "Class": "lang-pkgs", "Type": "python-pkg", "Packages": [\n`
    for (let index = 0; index < packages; index += 1)
      yield `${index === 0 ? '' : ',\n'}${JSON.stringify(packageEntry(index), null, 2)}`
    yield '], "Vulnerabilities": [\n'
    for (let index = 0; index < vulnerabilities; index += 1)
      yield `${index === 0 ? '' : ',\n'}${JSON.stringify(vulnerabilityEntry(index, packages), null, 2)}`
    yield ']}]}\n'
  })
}

/** Writes the CycloneDX document of the image as `trivy convert` does. */
export function writeCycloneDx(path: string, { packages }: Extent): void {
  writeDocument(path, function* () {
    yield `{"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "version": 1,\n"metadata": {"component": {"bom-ref": "image", "type": "container", "name": "/image", "properties": [{"name": "aquasecurity:trivy:ImageID", "value": "${imageId}"}]}},\n"components": [\n{"bom-ref": "os", "type": "operating-system", "name": "debian", "version": "12.9"}`
    for (let index = 1; index < packages; index += 1) {
      const component = {
        'bom-ref': purlOf(index),
        type: 'library',
        name: nameOf(index),
        version: `1.${index % 50}.${index % 9}`,
        licenses: [{ license: { id: 'MIT' } }],
        purl: purlOf(index),
        properties: [
          { name: 'aquasecurity:trivy:FilePath', value: pathOf(index) },
          { name: 'aquasecurity:trivy:LayerDiffID', value: layers[index % 4] },
          { name: 'aquasecurity:trivy:PkgType', value: 'python-pkg' },
        ],
      }
      yield `,\n${JSON.stringify(component, null, 2)}`
    }
    yield '],\n"dependencies": [\n{"ref": "image", "dependsOn": ["os"]}'
    for (let index = 1; index < packages; index += 1)
      yield `,\n${JSON.stringify({ ref: purlOf(index), dependsOn: [] })}`
    yield ']}\n'
  })
}

/** Writes the SPDX document of the image as `trivy convert` does. */
export function writeSpdx(path: string, { packages }: Extent): void {
  writeDocument(path, function* () {
    yield `{"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "/image", "documentNamespace": "urn:none",\n"packages": [\n{"name": "/image", "SPDXID": "SPDXRef-ContainerImage-0", "primaryPackagePurpose": "CONTAINER", "annotations": [{"annotator": "Tool: trivy", "annotationDate": "2026-11-23T00:00:00Z", "annotationType": "OTHER", "comment": "ImageID: ${imageId}"}]},\n{"name": "debian", "SPDXID": "SPDXRef-OperatingSystem-0", "primaryPackagePurpose": "OPERATING-SYSTEM", "versionInfo": "12.9"}`
    for (let index = 1; index < packages; index += 1) {
      const entry = {
        name: nameOf(index),
        SPDXID: `SPDXRef-Package-${index.toString(16).padStart(16, '0')}`,
        versionInfo: `1.${index % 50}.${index % 9}`,
        supplier: 'NOASSERTION',
        downloadLocation: 'NONE',
        filesAnalyzed: false,
        licenseConcluded: 'MIT',
        licenseDeclared: 'MIT',
        externalRefs: [
          { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purlOf(index) },
        ],
        primaryPackagePurpose: 'LIBRARY',
        annotations: [
          {
            annotator: 'Tool: trivy',
            annotationDate: '2026-11-23T00:00:00Z',
            annotationType: 'OTHER',
            comment: `LayerDiffID: ${layers[index % 4]}`,
          },
        ],
      }
      yield `,\n${JSON.stringify(entry, null, 2)}`
    }
    yield '],\n"relationships": [\n{"spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": "SPDXRef-ContainerImage-0", "relationshipType": "DESCRIBES"}'
    for (let index = 1; index < packages; index += 1)
      yield `,\n${JSON.stringify({ spdxElementId: 'SPDXRef-ContainerImage-0', relatedSpdxElement: `SPDXRef-Package-${index.toString(16).padStart(16, '0')}`, relationshipType: 'CONTAINS' })}`
    yield ']}\n'
  })
}

function pathOf(index: number): string {
  return `opt/app/lib/python3.11/site-packages/${nameOf(index)}-1.${index % 50}.${index % 9}.dist-info/METADATA`
}

function packageEntry(index: number): object {
  return {
    ID: `${nameOf(index)}@1.${index % 50}.${index % 9}`,
    Name: nameOf(index),
    Identifier: { PURL: purlOf(index), UID: index.toString(16).padStart(16, '0'), BOMRef: purlOf(index) },
    Version: `1.${index % 50}.${index % 9}`,
    Licenses: ['MIT'],
    DependsOn: [nameOf((index * 7) % 1_000), nameOf((index * 11) % 1_000)],
    Layer: { Digest: layers[(index + 1) % 4], DiffID: layers[index % 4] },
    FilePath: pathOf(index),
    Digest: `sha1:${'a'.repeat(40)}`,
    AnalyzedBy: 'python-packaging',
  }
}

function vulnerabilityEntry(index: number, packages: number): object {
  const owner = packages === 0 ? 0 : (index * 13) % packages
  const id = `CVE-2026-${String(index).padStart(6, '0')}`
  const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H'
  return {
    VulnerabilityID: id,
    PkgID: `${nameOf(owner)}@1.${owner % 50}.${owner % 9}`,
    PkgName: nameOf(owner),
    PkgPath: pathOf(owner),
    PkgIdentifier: { PURL: purlOf(owner), UID: owner.toString(16).padStart(16, '0') },
    InstalledVersion: `1.${owner % 50}.${owner % 9}`,
    ...(index % 3 === 0 ? { Status: 'affected' } : { FixedVersion: `1.${(owner % 50) + 1}.0`, Status: 'fixed' }),
    Layer: { Digest: layers[(owner + 1) % 4], DiffID: layers[owner % 4] },
    SeveritySource: 'ghsa',
    PrimaryURL: `https://avd.aquasec.com/nvd/${id.toLowerCase()}`,
    DataSource: {
      ID: 'ghsa',
      Name: 'GitHub Security Advisory pip',
      URL: 'https://github.com/advisories?query=type%3Areviewed+ecosystem%3Apip',
    },
    Title: `${nameOf(owner)}: a crafted file of the ${index % 97}th kind makes the parser read beyond its buffer`,
    Description: `An issue was found in ${nameOf(owner)}. `.concat(
      'When the parser meets a length that is larger than what follows, it trusts the length, and an attacker who controls the file can read memory of the process or end it. '.repeat(
        5,
      ),
    ),
    Severity: severities[index % severities.length],
    CweIDs: ['CWE-125', 'CWE-190'],
    VendorSeverity: { alma: 3, 'cbl-mariner': 3, ghsa: 3, nvd: 3, 'oracle-oval': 3, redhat: 2, rocky: 3, ubuntu: 2 },
    CVSS: {
      ghsa: { V3Vector: vector, V3Score: 8.8 },
      nvd: { V3Vector: vector, V3Score: 8.8 },
      redhat: { V3Vector: vector, V3Score: 7.5 },
    },
    References: Array.from(
      { length: 14 },
      (_, position) =>
        `https://git.example.com/${nameOf(owner)}/commit/${String(index * 31 + position).padStart(40, '0')}`,
    ),
    PublishedDate: '2026-03-01T12:15:00Z',
    LastModifiedDate: '2026-10-21T08:02:11.413Z',
  }
}

/** A document may be longer than a text in Node can be, so it is written in pieces. */
function writeDocument(path: string, pieces: () => Iterable<string>): void {
  const file = openSync(path, 'w')
  let waiting: string[] = []
  const flush = (): void => {
    const bytes = Buffer.from(waiting.join(''))
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
    waiting = []
  }
  for (const piece of pieces()) if (waiting.push(piece) >= 1_000) flush()
  flush()
  closeSync(file)
}
