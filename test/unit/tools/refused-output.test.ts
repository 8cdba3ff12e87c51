import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { parseDatabaseSummary } from '../../../src/tools/advisories/output.ts'
import { parseBatch } from '../../../src/tools/batch/output.ts'
import { parseResults } from '../../../src/tools/container-structure-test/output.ts'
import { parseEfficiency } from '../../../src/tools/dive/output.ts'
import { parseLint } from '../../../src/tools/hadolint/output.ts'
import { parseComparison, parseInspection, parseNormalization } from '../../../src/tools/inspect/output.ts'
import { parseSecrets } from '../../../src/tools/inspect/secrets.ts'
import {
  readAttached,
  readConfigured,
  readPush,
  readResolved,
  readTagging,
} from '../../../src/tools/registry/output.ts'
import { parsePackageScan } from '../../../src/tools/trivy/output.ts'
import { bindCycloneDx, bindSpdx } from '../../../src/tools/trivy/sbom.ts'
import { runs } from '../runs.ts'

const recorded = (path: string) => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8')
const image = {
  name: 'a',
  digest: `sha256:${'d'.repeat(64)}`,
  configuration: 'sha256:674ffd5cad41233f9900a01dec212486a8d9f22e7ca5845ec23de346acb7171a',
  packages: 8,
}
const ended = { exitCode: 0, stderr: '' }
const summary = JSON.stringify({
  digest: image.digest,
  schemaVersion: 2,
  updatedAt: '2026-11-20T00:00:00Z',
  ecosystems: { 'debian 12': 4 },
  name: 'loadline-example-advisories',
})

/** Every parser of a tool's output, with real output of the tool. */
const parsers: ReadonlyArray<[string, (text: string) => unknown, string]> = [
  ['trivy, packages', parsePackageScan, recorded('trivy/small-packages-0.72.0.json')],
  ['trivy, no packages', parsePackageScan, recorded('trivy/scratch-packages-0.72.0.json')],
  ['trivy, CycloneDX', (text) => bindCycloneDx(text, image), recorded('trivy/small-cyclonedx-0.72.0.json')],
  ['trivy, SPDX', (text) => bindSpdx(text, image), recorded('trivy/small-spdx-0.72.0.json')],
  [
    'hadolint',
    (text) => parseLint(text, { path: 'Dockerfile', linted: 'bad.Dockerfile' }),
    recorded('hadolint/bad-2.15.1.json'),
  ],
  [
    'hadolint, nothing to say',
    (text) => parseLint(text, { path: 'Dockerfile', linted: 'Dockerfile' }),
    recorded('hadolint/clean-2.15.1.json'),
  ],
  ['dive', parseEfficiency, recorded('dive/small-0.13.1.json')],
  [
    'container-structure-test',
    (text) => parseResults({ stdout: text, stderr: '' }, 2),
    recorded('container-structure-test/passed-1.22.1.txt'),
  ],
  ['inspect', parseInspection, recorded('inspect/small-1.2.0.json')],
  ['inspect, secrets', parseSecrets, recorded('inspect/secrets-1.3.0.json')],
  ['inspect, a normal form', parseNormalization, recorded('inspect/normalize-1.7.0.json')],
  ['inspect, two images', parseComparison, recorded('inspect/compare-1.7.0.json')],
  ['inspect, a distribution', parseInspection, recorded('inspect/debian-1.2.0.json')],
  ['registry, a push', (stdout) => readPush({ ...ended, stdout }), recorded('registry/push-1.0.1.json')],
  ['registry, bundles', (stdout) => readAttached({ ...ended, stdout }), recorded('registry/attach-1.2.0.json')],
  ['registry, tags', (stdout) => readTagging({ ...ended, stdout }), recorded('registry/tag-1.0.1.json')],
  ['registry, an index', (stdout) => readResolved({ ...ended, stdout }), recorded('registry/resolve-index-1.1.0.json')],
  ['registry, an image', (stdout) => readResolved({ ...ended, stdout }), recorded('registry/resolve-image-1.1.0.json')],
  [
    'registry, a configuration',
    (stdout) => readConfigured({ ...ended, stdout }),
    recorded('registry/config-1.1.0.json'),
  ],
  ['advisories', parseDatabaseSummary, summary],
  [
    'batch',
    (text) => parseBatch(text, 'parallel', 2),
    '{"schemaVersion":1,"runs":[{"exitCode":0,"stdout":"a\\n","stderr":""},{"exitCode":1,"stdout":"","stderr":"b"}]}\n',
  ],
]

/** Ends of pieces of JSON, where a cut is likeliest to look whole: after each kind of sign, at the first, the middle and the last of its kind. */
function likelyCuts(text: string): number[] {
  return [...'{}[],:"\n\\eE0'].flatMap((sign) => {
    const places = [...text.matchAll(new RegExp(sign.replaceAll(/[{}[\]\\]/g, '\\$&'), 'g'))].map(({ index }) => index)
    return [places[0], places[Math.floor(places.length / 2)], places.at(-1)].flatMap((place) =>
      place === undefined ? [] : [place, place + 1],
    )
  })
}

describe.each(parsers)('the output of %s', (_, parse, output) => {
  const whole = output.trimEnd()

  it('is read when it is whole', () => {
    expect(() => parse(output)).not.toThrow()
  })

  it('is refused when it is cut, wherever that is [fault 6]', () => {
    const cuts = fc.oneof(
      fc.constantFrom(0, whole.length - 1, ...likelyCuts(whole).filter((cut) => cut < whole.length)),
      fc.nat(whole.length - 1),
    )
    fc.assert(
      fc.property(cuts, (cut) => void expect(() => parse(whole.slice(0, cut))).toThrow(DeliveryError)),
      { numRuns: runs(150) },
    )
  })

  it.each([
    '',
    ' \n',
    '{}',
    'null',
    'true',
    '0',
    '""',
    '{"Results":[]}',
    '[null]',
    '[{}]',
    '<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>',
    'FATAL no space left on device',
    '{"error":"upstream timed out"}',
    '\uFEFF',
  ])('is refused when it is %j [fault 6]', (text) => {
    expect(() => parse(text)).toThrow(DeliveryError)
  })

  it('is refused when something follows it, or when it comes twice [fault 6]', () => {
    expect(() => parse(`${whole}${whole}`)).toThrow(DeliveryError)
    expect(() => parse(`${whole}\n<html></html>`)).toThrow(DeliveryError)
  })

  it('is refused when a key is there twice or a number is text [fault 6]', () => {
    const accepted = ambiguous(whole).filter((text) => text !== whole && !refuses(parse, text))
    expect(accepted).toEqual([])
  })
})

/** The document with its first key twice, and with a number that the parser reads as text; as it is where it has neither. */
function ambiguous(whole: string): string[] {
  const twice = whole.replace(/\{(\s*"(?:[^"\\]|\\.)*"\s*:)/, '{$1 0,$1')
  const quoted = whole.replace(
    /("(?:SchemaVersion|schemaVersion|Pass|line|inefficientBytes|unpacked)"\s*:\s*)(\d+)/,
    '$1"$2"',
  )
  return [twice, quoted]
}

function refuses(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text)
    return false
  } catch (error) {
    return error instanceof DeliveryError
  }
}
