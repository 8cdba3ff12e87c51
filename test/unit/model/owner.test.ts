import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeOwner, Owner, ownersOf, type Base, type Lineage } from '../../../src/model/index.ts'

const diff = (seed: string) => `sha256:${seed.repeat(64).slice(0, 64)}`
const image: Base['images'][number] = {
  stage: '1',
  location: { path: 'Dockerfile', line: 3, within: 'source' },
  written: 'python:3.11',
  reference: 'docker.io/library/python:3.11',
  pinnedBy: 'lock',
  digest: diff('d'),
  final: true,
}
const scratch: Base['images'][number] = { ...image, written: 'scratch', reference: 'scratch', pinnedBy: 'scratch' }
const lineage: Lineage = {
  base: [diff('0'), diff('1')],
  layers: [
    { diffId: diff('0'), instruction: 'import image layer' },
    { diffId: diff('1'), instruction: 'import image layer' },
    { diffId: diff('2'), instruction: 'RUN pip install', line: 5 },
    { diffId: diff('3'), instruction: 'COPY --from=build /app /app', line: 6, copiedFrom: 'build' },
    { diffId: diff('4'), instruction: 'COPY or ADD' },
  ],
  instructions: [
    { keyword: 'FROM', line: 2, lastLine: 2, stage: 'build', shipped: false, names: [] },
    { keyword: 'FROM', line: 3, lastLine: 3, stage: '1', shipped: true, names: [] },
    { keyword: 'ENV', line: 4, lastLine: 4, stage: '1', shipped: true, names: ['A', 'B'] },
    { keyword: 'RUN', line: 5, lastLine: 6, stage: '1', shipped: true, names: [] },
    { keyword: 'EXPOSE', line: 9, lastLine: 9, stage: '1', shipped: true, names: ['22/tcp'] },
  ],
}
const base: Base = { images: [image], lineage }
const withLineage = (change: Partial<Lineage>, images = [image]) =>
  ownersOf({ images, lineage: { ...lineage, ...change } })

describe('the owner of a layer', () => {
  it('is the base for the layers that the base itself lists, and the application above', () => {
    const { ofLayer } = ownersOf(base)
    expect(ofLayer(diff('1'))).toEqual({ kind: 'base', reference: 'docker.io/library/python:3.11', line: 3 })
    expect(ofLayer(diff('2'))).toEqual({ kind: 'application', instruction: 'RUN pip install', line: 5 })
    expect(ofLayer(diff('3'))).toEqual({
      kind: 'application',
      instruction: 'COPY --from=build /app /app',
      line: 6,
      copiedFrom: 'build',
    })
    expect(ofLayer(diff('4'))).toEqual({ kind: 'application', instruction: 'COPY or ADD' })
  })

  it.each([
    ['without a layer', ownersOf(base).ofLayer(undefined)],
    ['of a layer that the image has not', ownersOf(base).ofLayer(diff('9'))],
    ['without evidence of the base', ownersOf(undefined).ofLayer(diff('1'))],
    ['without a lineage', ownersOf({ images: [image] }).ofLayer(diff('1'))],
    [
      'where the layers of the base could not be had',
      withLineage({ base: undefined, baseUnknown: 'no answer' } as Partial<Lineage>).ofLayer(diff('2')),
    ],
    [
      'where the image does not start with the layers of the base',
      withLineage({ base: [diff('0'), diff('9')] }).ofLayer(diff('0')),
    ],
    [
      'where the base has more layers than the image',
      withLineage({ base: [...lineage.layers.map(({ diffId }) => diffId), diff('9')] }).ofLayer(diff('0')),
    ],
    ['where the base has no layers and is not scratch', withLineage({ base: [] }).ofLayer(diff('2'))],
    ['where no base is the final one', withLineage({}, [{ ...image, final: false }]).ofLayer(diff('0'))],
  ])('is unknown %s', (_title, owner) => expect(owner).toEqual({ kind: 'unknown' }))

  it('is the application for every layer on scratch', () => {
    expect(withLineage({ base: [] }, [scratch]).ofLayer(diff('0'))).toMatchObject({ kind: 'application' })
  })

  it('is unknown for equal layers of different makers, and known for those of the same', () => {
    const twice = [...lineage.layers, { diffId: diff('1'), instruction: 'RUN true', line: 8 }]
    expect(withLineage({ layers: twice }).ofLayer(diff('1'))).toEqual({ kind: 'unknown' })
    expect(
      withLineage({ base: [diff('0'), diff('0')], layers: [lineage.layers[0]!, lineage.layers[0]!] }).ofLayer(
        diff('0'),
      ),
    ).toMatchObject({ kind: 'base' })
  })

  it('is never the base for what the base does not list first', () => {
    const ids = fc.array(fc.constantFrom('0', '1', '2', '3').map(diff), { maxLength: 5 })
    fc.assert(
      fc.property(ids, ids, (below, built) => {
        const { ofLayer } = withLineage({
          base: below,
          layers: built.map((diffId, index) => ({ diffId, instruction: `step ${index}` })),
        })
        const isBase =
          built.length >= below.length && below.length > 0 && below.every((diffId, index) => built[index] === diffId)
        const above = built.slice(below.length)
        return built.every(
          (diffId) => ofLayer(diffId).kind !== 'base' || (isBase && below.includes(diffId) && !above.includes(diffId)),
        )
      }),
    )
  })
})

describe('the owner of a line', () => {
  const { ofLine } = ownersOf(base)

  it('is the stage that it stands in', () => {
    expect(ofLine(2)).toEqual({ kind: 'build', stage: 'build', line: 2 })
    expect(ofLine(3)).toEqual({ kind: 'application', instruction: 'FROM', line: 3 })
    expect(ofLine(6)).toEqual({ kind: 'application', instruction: 'RUN', line: 6 })
  })

  it('is the application for comments between its instructions and for what stands before the first stage', () => {
    expect(ofLine(8)).toEqual({ kind: 'application', instruction: 'Dockerfile', line: 8 })
    expect(ofLine(1)).toEqual({ kind: 'application', instruction: 'Dockerfile', line: 1 })
  })

  it('is unknown without a line or without instructions', () => {
    expect(ofLine(undefined)).toEqual({ kind: 'unknown' })
    expect(withLineage({ instructions: [] }).ofLine(3)).toEqual({ kind: 'unknown' })
  })
})

describe('the owner of a setting', () => {
  it('is the last shipped instruction that sets it', () => {
    const { ofSetting } = ownersOf(base)
    expect(ofSetting('ENV', 'B')).toEqual({ kind: 'application', instruction: 'ENV B', line: 4 })
    expect(ofSetting('EXPOSE', '22/tcp')).toEqual({ kind: 'application', instruction: 'EXPOSE 22/tcp', line: 9 })
  })

  it("is unknown where no shipped instruction does: it may be the base's", () => {
    const { ofSetting } = ownersOf(base)
    expect(ofSetting('ENV', 'C')).toEqual({ kind: 'unknown' })
    expect(ofSetting('USER')).toEqual({ kind: 'unknown' })
  })
})

it('describes each owner on one line, and each is a valid one', () => {
  const { ofLayer, ofLine } = ownersOf(base)
  const owners = [ofLayer(diff('0')), ofLayer(diff('3')), ofLayer(diff('4')), ofLine(2), ofLayer(undefined)]
  expect(owners.map((owner) => describeOwner(Owner.parse(owner)))).toEqual([
    'base docker.io/library/python:3.11',
    'COPY --from=build /app /app (line 6)',
    'COPY or ADD',
    'build stage build (line 2)',
    'unknown owner',
  ])
})
