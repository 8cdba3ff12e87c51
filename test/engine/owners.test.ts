import { randomUUID } from 'node:crypto'
import { appendFileSync, cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ownersOf } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { buildAndScan, scratch } from './command-line.ts'

/** A copy of an example that no engine has built before: an image that an engine remembers from before it was started again has other layers than its base has now. */
function freshCopy(example: string, file: string): string {
  const copy = join(scratch(), example)
  cpSync(join(root, 'examples', example), copy, { recursive: true })
  appendFileSync(join(copy, file), `\n# ${randomUUID()}\n`)
  return copy
}

it("a Debian package of examples/fastapi-postgres is the base's, and a PyPI package belongs to the COPY that brings it", async () => {
  const source = freshCopy('fastapi-postgres', 'catalog/__init__.py')
  const { run } = await buildAndScan(source)
  const dockerfile = readFileSync(join(source, 'Dockerfile'), 'utf8').split('\n')
  const lineOf = (start: string): number => dockerfile.findIndex((line) => line.startsWith(start)) + 1

  const cells = run.evidence?.platforms[0]?.evidence
  if (
    cells?.base.status !== 'collected' ||
    cells.licenses.status !== 'collected' ||
    cells.vulnerabilities.status !== 'collected'
  )
    throw new Error('no evidence')
  const { lineage } = cells.base.value
  expect(lineage?.baseUnknown).toBeUndefined()
  expect(lineage?.base?.length).toBeGreaterThan(0)

  const owners = ownersOf(cells.base.value)
  const { packages } = cells.licenses.value
  const ownersOfType = (type: string) =>
    packages.filter((entry) => entry.type === type).map(({ layer }) => owners.ofLayer(layer))
  const ofDebian = ownersOfType('debian')
  const ofPython = ownersOfType('python-pkg')
  expect(ofDebian.length).toBeGreaterThan(10)
  expect(ofDebian).toEqual(
    ofDebian.map(() => ({
      kind: 'base',
      reference: 'gcr.io/distroless/python3-debian12:nonroot',
      line: lineOf('FROM gcr.io/'),
    })),
  )
  expect(ofPython.length).toBeGreaterThan(10)
  expect(ofPython).toEqual(
    ofPython.map(() => ({
      kind: 'application',
      instruction: 'COPY --from=build /app /app',
      line: lineOf('COPY --from=build'),
      copiedFrom: 'build',
    })),
  )

  // The violations that the gate names say the same as the packages do.
  const violations = (run.verdict?.results ?? [])
    .filter(({ rule }) => rule === 'vulnerabilities')
    .flatMap((result) => result.violations)
  for (const { id, subject, owner } of violations) {
    const finding = cells.vulnerabilities.value.findings.find(
      (entry) => entry.id === id && entry.package.purl === subject,
    )
    expect(owner, id).toEqual(owners.ofLayer(finding?.package.layer))
  }
})

it("in examples/legacy-app the setuid program that a RUN makes is the application's, and those of the distribution are the base's", async () => {
  const source = freshCopy('legacy-app', 'app.py')
  const { run } = await buildAndScan(source)
  const dockerfile = readFileSync(join(source, 'Dockerfile'), 'utf8').split('\n')
  const violations = (run.verdict?.results ?? []).find(({ rule }) => rule === 'setuid')?.violations ?? []
  const ownerOf = (path: string) => violations.find(({ id }) => id === path)?.owner
  expect(ownerOf('/usr/local/bin/readlog')).toMatchObject({
    kind: 'application',
    line: dockerfile.findIndex((line) => line.includes('readlog')) + 1,
  })
  expect(ownerOf('/usr/bin/passwd')).toMatchObject({ kind: 'base', reference: 'docker.io/library/python:latest' })
  const { owner } =
    (run.verdict?.results ?? [])
      .find(({ rule }) => rule === 'suspected-secrets')
      ?.violations.find(({ id }) => id === 'AWS_SECRET_ACCESS_KEY') ?? {}
  expect(owner).toMatchObject({
    kind: 'application',
    line: dockerfile.findIndex((line) => line.startsWith('ENV AWS_SECRET')) + 1,
  })
})
