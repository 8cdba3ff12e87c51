import { describe, expect, it } from 'vitest'
import { pinRemarks } from '../../../../ci/run/pin-remarks.ts'
import { Lock } from '../../../../src/model/index.ts'
import { externalImages } from '../../../../src/formats/dockerfile/external-images.ts'
import { tools } from '../../../../src/tools/images.ts'

const now = new Date('2026-11-24T12:00:00Z')
const digest = `sha256:${'a'.repeat(64)}`

function lock(changes: Partial<Lock> = {}): Lock {
  const pinned = Object.values(tools).map(
    ({ name, version, reference }) => [name, { reference: `${reference}@${digest}`, digest, version }] as const,
  )
  return Lock.parse({
    schemaVersion: 1,
    mode: 'connected',
    tools: Object.fromEntries(pinned),
    bases: [
      {
        reference: 'docker.io/library/python:3.11',
        digest,
        platforms: ['linux/amd64'],
        resolvedAt: '2026-11-20T00:00:00Z',
      },
    ],
    ...changes,
  })
}

const images = (text: string) => externalImages(text, { buildArgs: {} })

describe('what is pinned', () => {
  it('is fine where every tool and base has a digest, and says since when', () => {
    const remarks = pinRemarks(lock(), images('FROM python:3.11\nFROM scratch\n'), now)
    expect(remarks.map(({ state }) => state)).toEqual(
      Array.from({ length: Object.keys(tools).length + 1 }, () => 'fine'),
    )
    expect(remarks.at(-1)?.found).toContain('pinned 4 days ago')
  })

  it('is missing where a tool has no pin, or one of another version', () => {
    const { hadolint, ...others } = lock().tools
    expect(pinRemarks(lock({ tools: others }), [], now).find(({ subject }) => subject === 'hadolint')).toMatchObject({
      state: 'missing',
      found: expect.stringContaining('would float'),
    })
    expect(
      pinRemarks(lock({ tools: { ...others, hadolint: { ...hadolint!, version: '1.0.0' } } }), [], now).find(
        ({ subject }) => subject === 'hadolint',
      ),
    ).toMatchObject({ state: 'missing', found: expect.stringContaining('1.0.0') })
  })

  it('is fine without Cosign on a sealed network, where the first command that signs makes it, and nowhere else', () => {
    const { cosign: _, ...others } = lock().tools
    const remark = (mode: Lock['mode']) =>
      pinRemarks(lock({ mode, tools: others }), [], now).find(({ subject }) => subject === 'cosign')
    expect(remark('sealed')).toMatchObject({ state: 'fine', found: expect.stringContaining('first signs or verifies') })
    expect(remark('connected')).toMatchObject({ state: 'missing' })
  })

  it('floats where nobody pins a base, and is missing where a sealed network has none', () => {
    expect(pinRemarks(lock(), images('FROM node:24\n'), now).at(-1)).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('floats'),
    })
    expect(pinRemarks(lock({ mode: 'sealed' }), images('FROM node:24\n'), now).at(-1)).toMatchObject({
      state: 'missing',
      found: expect.stringContaining('no substitute'),
    })
    const offers = ['docker.io/library/node:24']
    expect(pinRemarks(lock({ mode: 'sealed', offers }), images('FROM node:24\n'), now).at(-1)).toMatchObject({
      state: 'fine',
      found: expect.stringContaining('made when a run first names it'),
    })
    expect(pinRemarks(lock(), images(`FROM node:24@${digest}\n`), now).at(-1)).toMatchObject({ state: 'fine' })
  })

  it('says how certain the digest of a tool is if it is not confirmed [fault 90]', () => {
    const { hadolint, dive, ...others } = lock().tools
    const remarks = pinRemarks(
      lock({
        tools: {
          ...others,
          hadolint: { ...hadolint!, confidence: 'likely' },
          dive: { ...dive!, confidence: 'doubtful' },
        },
      }),
      [],
      now,
    )
    const of = (name: string) => remarks.find(({ subject }) => subject === name)
    expect(of('hadolint')).toMatchObject({ state: 'fine', found: expect.stringContaining('(likely)') })
    expect(of('dive')).toMatchObject({ state: 'warning', found: expect.stringContaining('(doubtful)') })
  })

  it('warns of a pin that is old', () => {
    expect(pinRemarks(lock(), images('FROM python:3.11\n'), new Date('2027-04-01T00:00:00Z')).at(-1)).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('132 days ago'),
    })
  })
})
