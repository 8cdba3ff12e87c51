import { expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import type { LayerOrigin, SecretSearch } from '../../../src/model/index.ts'
import { applicationLayer, baseLayer, evidenceWith, now, policy, secretFinding, valueOf } from './good-evidence.ts'

type Known = SecretSearch['known'][number]

const copied = { instruction: 'COPY . /app', line: 9 }
const added = { instruction: 'ADD vendor.tar.gz /app', line: 9 }
const fromStage = { instruction: 'COPY --from=build /app /app', line: 9, copiedFrom: 'build' }
const ran = { instruction: 'RUN npm ci', line: 9 }
const unsure = { instruction: 'COPY or ADD' }

/** What the rule says about one credential that the search classifies as known, in a layer made by the given instruction. */
function judged(
  because: Known['because'],
  made: Omit<LayerOrigin, 'diffId'> | undefined,
  layer = applicationLayer,
  start: 'base' | 'scratch' = 'base',
) {
  const evidence = evidenceWith((all) => {
    const { lineage, images } = valueOf(all, 'base')
    if (start === 'scratch' && lineage !== undefined && images[0] !== undefined) {
      images[0].pinnedBy = 'scratch'
      lineage.base = []
    }
    if (made === undefined) delete valueOf(all, 'base').lineage
    else lineage?.layers.splice(1, 1, { diffId: applicationLayer, ...made })
    const location = { path: '/app/node_modules/tls/test/key.pem', within: 'image' } as const
    const key = secretFinding({ id: 'private-key', title: 'Private key', location, layer })
    valueOf(all, 'secrets').search?.known.push({ ...key, because })
  })
  const { outcome, results } = evaluate(policy, evidence, now).verdict
  const { status, violations = [] } = results.find(({ rule }) => rule === 'secrets') ?? {}
  return [outcome, status, ...violations.map(({ id }) => id)].join(' ')
}

const doubted = 'passed warned secrets-of-packages'
const denied = 'rejected failed private-key'

it.each([
  ['package-tests', copied, denied],
  ['package-tests', added, denied],
  ['package-tests', fromStage, doubted],
  ['package-tests', ran, doubted],
  ['package-tests', unsure, doubted],
  ['package-tests', undefined, doubted],
  ['installed-file', copied, denied],
  ['installed-file', fromStage, doubted],
  ['installed-file', ran, doubted],
  ['published-file', ran, 'passed passed'],
  ['published-file', copied, denied],
  ['published-file', added, denied],
  ['published-file', unsure, doubted],
  ['published-file', fromStage, doubted],
  ['published-file', undefined, doubted],
  ['example-value', copied, 'passed passed'],
] as const)('judges %s in a layer made by %o: %s [fault 84]', (because, made, wanted) => {
  expect(judged(because, made)).toBe(wanted)
})

it.each([
  ['published-file', doubted],
  ['installed-file', denied],
] as const)('judges %s copied from the source onto scratch: %s', (because, wanted) => {
  expect(judged(because, copied, applicationLayer, 'scratch')).toBe(wanted)
})

it('believes what comes from the base, whose publisher is not the application', () => {
  for (const because of ['package-tests', 'installed-file', 'published-file'] as const)
    expect(judged(because, copied, baseLayer)).toBe('passed passed')
})

it('names the first three places and the instructions that added them', () => {
  const evidence = evidenceWith((all) => {
    for (const number of [1, 2, 3, 4])
      valueOf(all, 'secrets').search?.known.push({
        ...secretFinding({
          title: 'Private key',
          layer: applicationLayer,
          location: { path: `/app/node_modules/tls/test/${number}.pem`, within: 'image' },
        }),
        because: 'package-tests',
      })
  })
  const [violation] =
    evaluate(policy, evidence, now).verdict.results.find(({ rule }) => rule === 'secrets')?.violations ?? []
  const by = '(COPY --from=build /app /app (line 9))'
  expect([violation?.remark, violation?.found]).toEqual([
    true,
    `4 places that may be a package's own: Private key in /app/node_modules/tls/test/1.pem ${by}, Private key in /app/node_modules/tls/test/2.pem ${by}, Private key in /app/node_modules/tls/test/3.pem ${by} and 1 other`,
  ])
})
