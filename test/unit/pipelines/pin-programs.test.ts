import { describe, expect, it } from 'vitest'
import { pinPrograms } from '../../../pipelines/pin-programs.ts'
import { Run } from '../../../src/model/index.ts'
import { programsSource } from '../../../src/engine/own-programs.ts'
import { pinnedTools, Pins, pinsOf } from '../../../src/tools/pins.ts'
import { digestOf, passedRun } from '../report/runs.ts'

const now = new Date('2026-11-30T12:00:00Z')
const certificate = {
  identity: 'https://github.com/acme/loadline/.github/workflows/release.yml@refs/tags/v0.1.0',
  issuer: 'https://token.actions.githubusercontent.com',
}

/** The run of a release, of another image but for its name. */
function released(changes: Partial<Run> = {}): Run {
  const run = passedRun()
  const [stored] = run.release?.signature?.stored ?? []
  return Run.parse({
    ...run,
    subject: { ...run.subject, name: 'programs' },
    release: {
      ...run.release,
      signature: { signer: 'keyless', certificate, transparencyLog: 'public', stored: [stored], verified: true },
    },
    ...changes,
  })
}

describe("the pin of Loadline's own programs", () => {
  it('is what the run published, for the sources that lie here, and leaves the others alone', () => {
    const earlier = pinsOf()
    const run = released()
    const pins = Pins.parse(pinPrograms(earlier, run, now))
    expect(pins.tools['programs']).toEqual({
      version: run.loadline,
      reference: run.release?.reference,
      digest: digestOf('index'),
      platforms: Object.fromEntries(
        (run.evidence?.platforms ?? []).map(({ archive }) => [archive.platform, archive.digest]),
      ),
      found: { how: 'resolved', on: '2026-11-30', signedBy: `${certificate.identity} (${certificate.issuer})` },
      source: programsSource(),
    })
    expect(pinnedTools(pins)['programs']).toMatchObject({ confidence: 'confirmed', source: programsSource() })
    expect({ ...pins, tools: { ...pins.tools, programs: undefined } }).toEqual({
      ...earlier,
      tools: { ...earlier.tools, programs: undefined },
    })
  })

  const { release, evidence, subject } = released()
  const [first] = evidence?.platforms ?? []
  it.each([
    ['of another image', { subject: { ...subject, name: 'orders' } }, 'found one of orders'],
    ['on substitutes', { mode: 'sealed' }, 'found a sealed one'],
    ['that published nothing', { release: undefined }, 'found no release'],
    ['that signed nothing', { release: { ...release, signature: undefined } }, 'found no signature'],
    ['for one platform', { evidence: { ...evidence, platforms: [first] } }, 'found none for linux/arm64'],
  ])('is not taken from a run %s', (_, changes, message) => {
    expect(() => pinPrograms(pinsOf(), released(changes as Partial<Run>), now)).toThrow(message)
  })
})
