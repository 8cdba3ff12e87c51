import { describe, expect, it } from 'vitest'
import { audit } from '../../../pipelines/audit.ts'
import { complianceNames, targetNames } from '../../../src/scaffold/index.ts'
import { loadPolicy } from '../../../src/policy/index.ts'
import { parseStructureTests } from '../../../src/tools/container-structure-test/structure-test-file.ts'
import { applications, scaffoldOf } from './applications.ts'
import { awsFaults, composeFaults, documentsOf, objectFaults } from './schemas.ts'

const pairs = applications.flatMap((stack) => targetNames.map((target) => [stack, target] as const))

describe('schemas', () => {
  it('refuse a misspelt key of a pod, of Compose and of AWS', () => {
    const pod = (container: object) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { selector: {}, template: { spec: { containers: [{ name: 'a', ...container }] } } },
    })
    expect(objectFaults(pod({}))).toEqual([])
    expect(objectFaults(pod({ readOnlyRootFileSystem: true }))).not.toEqual([])
    expect(composeFaults({ services: { a: { image: 'a', readonly: true } } })).not.toEqual([])
    expect(
      awsFaults('deploy/ecs/task-definition.json', { family: 'a', containerDefinitions: [], cpus: '1' }),
    ).not.toEqual([])
  })
})

describe.each(pairs)('the scaffold of %s for %s', (stack, target) => {
  it('is valid, file by file', async () => {
    const { files } = await scaffoldOf(stack, { targets: [target] })
    const faults = Object.entries(files).flatMap(([path, text]) =>
      faultsOf(path, text).map((fault) => `${path}: ${fault}`),
    )
    expect(faults).toEqual([])
  })

  it('fails no control of the audit', async () => {
    const { files } = await scaffoldOf(stack, { targets: [target] })
    const read = Object.entries(files)
      .filter(([path]) => /(^|\/)Dockerfile$|\.ya?ml$/.test(path))
      .map(([path, text]) => ({ path, text, named: false }))
    const { controls } = await audit({ files: read, open: async () => undefined, now: new Date('2026-11-24') })
    const failures = controls.flatMap(({ id, evidence }) =>
      evidence.filter(({ status }) => status === 'fail').map(({ found }) => `${id} ${found}`),
    )
    // Until "loadline lock" has run, a base whose publisher gives it no version is named by a tag that moves.
    expect(
      failures.filter((failure) => !/^practice-image-tag gcr\.io\/distroless\/\S+:nonroot$/.test(failure)),
    ).toEqual([])
    expect(controls.filter(({ status }) => status === 'pass').length).toBeGreaterThan(5)
  })

  it.each([['internal'], ['hipaa', 'pci-dss', 'soc2']])(
    'has a deployment document of 1,500 to 2,500 words for %s',
    async (...compliance) => {
      expect(wordsOf((await scaffoldOf(stack, { targets: [target], compliance })).files)).toBeGreaterThanOrEqual(1500)
      expect(wordsOf((await scaffoldOf(stack, { targets: [target], compliance })).files)).toBeLessThanOrEqual(2500)
    },
  )
})

describe.each(applications)('the scaffold of %s', (stack) => {
  it('has no more than 2,500 words with every target and every regime', async () => {
    expect(
      wordsOf((await scaffoldOf(stack, { targets: targetNames, compliance: complianceNames })).files),
    ).toBeLessThanOrEqual(2500)
  })

  it('has a Dockerfile as the law of images wants it', async () => {
    const { files, application } = await scaffoldOf(stack)
    const text = files['Dockerfile'] ?? ''
    const final = text.slice(text.lastIndexOf('\nFROM '))
    expect(text).toMatch(/^# syntax=docker\/dockerfile:1\n/)
    expect(text).not.toMatch(/\{\{|\n\n\n|[ \t]\n|:latest/)
    expect(text).toContain('--mount=type=cache')
    expect(final).toMatch(/^\nFROM gcr\.io\/distroless\/\S+:nonroot\n/)
    expect(final).not.toMatch(/^RUN /m)
    expect(final).toContain('\nUSER 65532:65532\n')
    expect(final).toMatch(/\nHEALTHCHECK .*\n {4}CMD \[.*\]\n/)
    expect(final).toMatch(/\nENTRYPOINT \[.*\]\n(CMD \[.*\]\n)?$/)
    expect(final).toContain(`\nEXPOSE ${application.port}\n`)
  })

  it('gives the answer to each probe less time than passes until the next one, as Cloud Run wants it', async () => {
    const { files } = await scaffoldOf(stack, { targets: ['kubernetes', 'cloud-run'] })
    const probes = ['deploy/cloud-run/service.yaml', 'deploy/kubernetes/base/deployment.yaml'].flatMap((path) =>
      [...(files[path] ?? '').matchAll(/periodSeconds: (\d+)\n\s+timeoutSeconds: (\d+)/g)].map(
        (match) => Number(match[1]) > Number(match[2]),
      ),
    )
    expect(probes).toEqual(Array.from({ length: 6 }, () => true))
  })

  it('builds from what .dockerignore lets in, and from nothing else', async () => {
    const { files } = await scaffoldOf(stack)
    const letIn = new Set(
      (files['.dockerignore'] ?? '')
        .split('\n')
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1)),
    )
    const copied = [...(files['Dockerfile'] ?? '').matchAll(/^COPY (?!--from)(.+) \S+$|source=(\S+?),/gm)].flatMap(
      (match) => (match[1] ?? match[2] ?? '').split(' '),
    )
    expect(copied.length).toBeGreaterThan(1)
    expect(
      copied.filter((path) => ![...letIn].some((known) => path === known || path.startsWith(`${known}/`))),
    ).toEqual([])
  })
})

function faultsOf(path: string, text: string): string[] {
  if (path === 'compose.yaml') return documentsOf(text).flatMap(composeFaults)
  if (path === 'loadline.yaml')
    return loadPolicy(text, path, new Date('2026-11-24')).image.name === undefined ? ['no name'] : []
  if (path === 'structure-test.yaml') return parseStructureTests(text, path) === undefined ? ['nothing'] : []
  // What is in a policy, a linter says on a real engine.
  if (path.startsWith('deploy/ecs/') && !/(role|trust)-policy\.json$/.test(path))
    return awsFaults(path, JSON.parse(text))
  if (
    /^deploy\/(kubernetes\/(base|overlays)\/.*|cloud-run\/service)\.yaml$/.test(path) &&
    !path.endsWith('kustomization.yaml')
  )
    return documentsOf(text).flatMap(objectFaults)
  if (path.endsWith('.yaml'))
    return documentsOf(text).every((document) => typeof document === 'object') ? [] : ['no mapping']
  if (path.endsWith('.json')) return typeof JSON.parse(text) === 'object' ? [] : ['no object']
  return text.endsWith('\n') && !text.includes('{{') ? [] : ['not finished']
}

function wordsOf(files: Readonly<Record<string, string>>): number {
  return (files['DEPLOYMENT.md'] ?? '').split(/\s+/).filter((word) => /[A-Za-z0-9]/.test(word)).length
}
