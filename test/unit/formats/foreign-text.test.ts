import { readFileSync } from 'node:fs'
import { externalImages } from '../../../src/formats/dockerfile/external-images.ts'
import { parseDockerfile } from '../../../src/formats/dockerfile/parse-dockerfile.ts'
import { parseImageReference } from '../../../src/formats/image-reference.ts'
import { parseExploitedCatalogue } from '../../../src/formats/kev-catalogue.ts'
import { joinIndexes, sharedAnnotations } from '../../../src/formats/oci/image-index.ts'
import { listImages } from '../../../src/formats/oci/image-layout.ts'
import { importSarif } from '../../../src/formats/sarif-findings.ts'
import { readShell } from '../../../src/formats/shell.ts'
import { renderSarif } from '../../../src/report/index.ts'
import { rejectedRun } from '../report/runs.ts'
import { holdReaders } from '../foreign-text.ts'

const recorded = (path: string) => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8')
const dockerfiles = ['inspect/debian.Dockerfile', 'hadolint/bad.Dockerfile', 'audit/good/multi-stage.Dockerfile'].map(
  recorded,
)
const written = [
  ...dockerfiles,
  'ARG A=1 B=${A:-2}\nFROM a:${B#x} AS b\nRUN --mount=from=c,target=/x cat <<-EOF\n\tx\n\tEOF\nFROM b\nCOPY --from=0 /a /b\n',
]
const manifest = (annotations: object) => JSON.stringify({ schemaVersion: 2, layers: [], annotations })

holdReaders([
  { name: 'a Dockerfile', seeds: written, read: (text) => parseDockerfile(text, { buildArgs: {} }).images },
  {
    name: 'the images of a Dockerfile',
    seeds: written,
    read: (text) => externalImages(text, { buildArgs: { A: '3' } }),
  },
  {
    name: 'a script',
    seeds: [
      'set -e; apt-get update && curl -sSL "https://x/$V" | sh -s -- $(cat <<EOF\nx\nEOF\n) > /dev/null 2>&1 || exit 1',
    ],
    read: (text) => readShell(text, () => undefined).commands.length,
  },
  {
    name: 'a reference to an image',
    seeds: ['registry.example:5000/a/b-c_d:1.2@sha256:' + 'a'.repeat(64), 'alpine'],
    read: parseImageReference,
  },
  {
    name: 'the list of exploited vulnerabilities',
    seeds: [recorded('cisa-kev/two-entries.json')],
    read: parseExploitedCatalogue,
  },
  {
    name: 'SARIF',
    seeds: [renderSarif(rejectedRun())],
    read: (text) => importSarif({ path: 'other.sarif', text }),
  },
  {
    name: 'the index of a layout',
    seeds: [recorded('inspect/index-amd64-1.1.0.json')],
    read: (text) => joinIndexes([text, recorded('inspect/index-arm64-1.1.0.json')]),
  },
  {
    name: 'the images of a layout',
    seeds: [recorded('inspect/index-amd64-1.1.0.json')],
    read: (text) => listImages(async () => text),
  },
  {
    name: 'annotations',
    seeds: [manifest({ a: 'b', c: 'd' })],
    read: (text) => sharedAnnotations([text, manifest({ a: 'b' })]),
  },
])
