import { describe, expect, it } from 'vitest'
import { programsName } from '../../../src/engine/own-programs.ts'
import { supportImages, tools } from '../../../src/tools/images.ts'
import { confidence, parsePins, pinnedTools, pinsOf } from '../../../src/tools/pins.ts'

const ours = pinsOf()

describe('the pins of a release', () => {
  it('name every tool and what tools need, as the table has them, by digest and with how they were found [fault 90]', () => {
    for (const { name, version, reference } of [...Object.values(tools), ...Object.values(supportImages)])
      expect(ours.tools[name], name).toMatchObject({ version, reference })
    const named = [...Object.values(tools), ...Object.values(supportImages)].map(({ name }): string => name)
    // The image of Loadline's own programs, as soon as one was released.
    const own = Object.keys(pinnedTools(ours)).filter((name) => name === programsName)
    expect(Object.keys(pinnedTools(ours)).toSorted()).toEqual([...named, ...own].toSorted())
    for (const { reference } of Object.values(pinnedTools(ours)))
      expect(reference).toMatch(/:[^@/]+@sha256:[0-9a-f]{64}$/)
    expect(Object.keys(ours.cli.archives)).toEqual(['linux/amd64', 'linux/arm64', 'darwin/amd64', 'darwin/arm64'])
  })

  it('say how sure they are', () => {
    const on = '2026-11-28'
    expect(confidence({ how: 'resolved', on })).toBe('confirmed')
    expect(confidence({ how: 'collected', on, sources: 8 })).toBe('likely')
    expect(confidence({ how: 'collected', on, sources: 1 })).toBe('doubtful')
    expect(confidence({ how: 'collected', on })).toBe('doubtful')
  })
})

describe('the pins of an organisation', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const mirrored = {
    version: '0.72.0',
    reference: 'registry.internal/mirror/trivy:0.72.0',
    digest,
    platforms: {},
    found: { how: 'resolved', on: '2026-11-28' },
  }

  it('stand in the place of those that they name, and of no other', () => {
    const pins = parsePins(JSON.stringify({ schemaVersion: 1, tools: { trivy: mirrored } }), 'pins.json')
    expect(pinnedTools(pins)['trivy']).toEqual({
      reference: `registry.internal/mirror/trivy:0.72.0@${digest}`,
      digest,
      version: '0.72.0',
      confidence: 'confirmed',
    })
    expect(pins.tools['dive']).toEqual(ours.tools['dive'])
    expect(pins.cli).toEqual(ours.cli)
  })

  it.each([
    ['', 'pins.json is nothing'],
    ['{', 'pins.json is text that is not valid JSON'],
    ['[]', 'pins.json: the document'],
    [JSON.stringify({ schemaVersion: 1, tools: { trivy: { ...mirrored, digest: '' } } }), 'tools.trivy.digest'],
    [JSON.stringify({ schemaVersion: 1, tools: { trivy: { ...mirrored, found: {} } } }), 'tools.trivy.found.how'],
    [JSON.stringify({ schemaVersion: 2, tools: {} }), 'schemaVersion'],
    [JSON.stringify({ schemaVersion: 1, tools: {}, more: 1 }), 'pins.json'],
  ])('that cannot be read are refused: %s', (text, message) => {
    expect(() => parsePins(text, 'pins.json')).toThrow(message)
  })
})
