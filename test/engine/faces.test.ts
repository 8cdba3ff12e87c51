import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Run } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { advisory, application, base } from './application.ts'
import { buildAndScan, loadline, scratch } from './command-line.ts'
import { serveDistribution } from './distribution.ts'
import { timeless } from './timeless.ts'
import { strict, tinyImage } from './tiny-image.ts'

describe('two faces, one core', () => {
  it.each(['examples/fastapi-postgres', 'examples/legacy-app'])(
    'dagger call and the command line give the same verdict document for %s',
    async (source) => {
      // A result that outlived an engine keeps its digest, and one that is made again from its snapshot gets another: both faces must meet the same one.
      const copy = scratch()
      cpSync(join(root, source), copy, { recursive: true })
      writeFileSync(join(copy, 'never-built-before.txt'), randomUUID())
      const commandLine = await buildAndScan(copy)
      const called = await loadline(['dagger', '--silent', 'call', 'assess', '--source', copy, 'verdict'])
      expect(called.exitCode, called.stderr).toBe(0)
      expect(timeless(Run.parse(JSON.parse(called.stdout)))).toEqual(timeless(commandLine.run))
    },
  )

  it('dagger call and the command line choose Dockerfile, stage, labels and build arguments alike', async () => {
    const source = application({
      'build/Dockerfile': `FROM ${base} AS first\nARG TEAM=nobody\nLABEL com.example.built-by=$TEAM\nCOPY hello.txt /first.txt\nFROM ${base}\nCOPY hello.txt /second.txt\n`,
      'hello.txt': randomUUID(),
      // The image's title is part of its bytes; without a name in the policy each face has another for it.
      'loadline.yaml': `${advisory}image: {name: shop/orders}\n`,
    })
    const chosen = ['--target', 'first', '--label', 'com.example.team=shop', '--build-arg', 'TEAM=builders']
    const choices = (file: string) => ['--file', file, ...chosen]
    const commandLine = await buildAndScan(source, choices(join(source, 'build/Dockerfile')))
    const called = await loadline([
      'dagger',
      '--silent',
      'call',
      'assess',
      '--source',
      source,
      ...choices('build/Dockerfile'),
      'verdict',
    ])
    expect(called.exitCode, called.stderr).toBe(0)
    const run = Run.parse(JSON.parse(called.stdout))
    expect(run.subject).toMatchObject({ dockerfile: 'build/Dockerfile', target: 'first' })
    expect(run.evidence?.platforms[0]?.evidence.configuration).toMatchObject({
      value: { labels: { 'com.example.team': 'shop', 'com.example.built-by': 'builders' } },
    })
    expect(timeless(run)).toEqual(timeless(commandLine.run))

    // What that run shows for a framework is the same document by both faces.
    const shown = await loadline([
      'compliance',
      'soc2',
      '--verdict',
      join(commandLine.output, 'verdict.json'),
      '--json',
    ])
    const asked = ['compliance', '--framework', 'soc2', '--report', commandLine.output]
    const printed = ['file', '--path', 'compliance-soc2.json', 'contents']
    const exported = await loadline(['dagger', '--silent', 'call', ...asked, ...printed])
    expect(exported.exitCode, exported.stderr).toBe(0)
    expect(JSON.parse(exported.stdout)).toEqual(JSON.parse(shown.stdout))
  })

  it('dagger call build-and-scan prints the summary of a passed image and fails on a rejected one', async () => {
    const call = (source: string) =>
      loadline(['dagger', '--progress', 'plain', 'call', 'build-and-scan', '--source', source])
    const passed = await call(tinyImage('passed'))
    expect(passed.exitCode, passed.stderr).toBe(0)
    expect(passed.stdout).toMatch(/passed/i)
    const rejected = await call(tinyImage('rejected', strict))
    expect(rejected.exitCode).not.toBe(0)
    expect(rejected.stdout + rejected.stderr).toContain('may not ship')
  })

  it('dagger call releases what passed, with what the module and the assessment were given', async () => {
    const registry = await serveDistribution()
    const policy = join(scratch(), 'given.yaml')
    writeFileSync(policy, `${advisory}image: {name: given/policy}\n`)
    const source = application({ Dockerfile: `FROM ${base}\nARG TEXT\nLABEL text=$TEXT\n`, 'hello.txt': randomUUID() })
    const assessed = ['--policy', policy, 'assess', '--source', source, '--build-arg', 'TEXT=given', '--label', 'a=b']
    const target = ['--publish', `${registry}/demo/app:1.0.0`, '--registry', `tcp://${registry}`]
    const document = ['file', '--path', 'verdict.json', 'contents']
    const released = await loadline([
      'dagger',
      '--silent',
      'call',
      ...assessed,
      'passed',
      'release',
      ...target,
      ...document,
    ])
    expect(released.exitCode, released.stderr).toBe(0)
    const run = Run.parse(JSON.parse(released.stdout))
    expect(run).toMatchObject({
      outcome: 'passed',
      subject: { name: 'given/policy' },
      release: { tags: ['1.0.0'], digest: run.evidence?.platforms[0]?.archive.digest },
    })
    expect(run.evidence?.platforms[0]?.evidence.configuration).toMatchObject({
      value: { labels: { text: 'given', a: 'b' } },
    })
    const answer = await fetch(`http://${registry}/v2/demo/app/manifests/1.0.0`, {
      headers: { Accept: 'application/vnd.oci.image.manifest.v1+json' },
    })
    expect(answer.headers.get('docker-content-digest')).toBe(run.release?.digest)
  })

  it('dagger call admission prints what the command line prints', async () => {
    const key = join(scratch(), 'cosign.pub')
    writeFileSync(
      key,
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
    )
    const about = ['--image', 'registry.example.com/go-service', '--key', key, '--maximum-age', '30d']
    const policy = ['--policy', 'examples/go-service/loadline.yaml']
    const commandLine = await loadline(['admission', 'kyverno', ...about, ...policy])
    const called = await loadline([
      'dagger',
      '--silent',
      'call',
      ...policy,
      'admission',
      '--controller',
      'kyverno',
      ...about,
    ])
    expect(called.exitCode, called.stderr).toBe(0)
    expect(commandLine.stdout).toContain('kind: ImageValidatingPolicy')
    expect(called.stdout.trimEnd()).toBe(commandLine.stdout.trimEnd())
  })

  it('dagger functions reads like a menu', async () => {
    const { exitCode, stdout } = await loadline(['dagger', '--silent', 'functions'])
    expect(exitCode).toBe(0)
    for (const name of [
      'admission',
      'assess',
      'bases',
      'build',
      'build-and-scan',
      'compliance',
      'lint',
      'reverdict',
      'runtime-proof',
      'sbom',
      'scan',
      'size',
      'structure-test',
      'verify',
    ])
      expect(stdout).toMatch(new RegExp(`^${name} +\\S`, 'm'))
  })
})
