import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { collectKnownExploited } from '../../../src/stages/evidence/known-exploited.ts'
import { digestOf } from '../../../src/model/index.ts'
import { parseExploitedCatalogue } from '../../../src/formats/kev-catalogue.ts'
import { goodEvidence, missing, vulnerability, withVulnerabilities } from '../gate/good-evidence.ts'

const text = readFileSync(new URL('../../fixtures/cisa-kev/two-entries.json', import.meta.url), 'utf8')
const scans = (evidence = goodEvidence()) =>
  evidence.platforms.map(({ evidence: { vulnerabilities } }) => vulnerabilities)

describe('the CISA catalogue', () => {
  it('is read with its version, its date and its entries, whatever else it says', () => {
    expect(parseExploitedCatalogue(text)).toEqual({
      version: '2026.11.20',
      releasedAt: '2026-11-20T15:03:09.3838Z',
      entries: [
        { id: 'CVE-2021-44228', added: '2021-12-10', due: '2021-12-24' },
        { id: 'CVE-2024-3094', added: '2026-11-02', due: '2026-11-23' },
      ],
    })
  })

  it.each([
    ['empty', '', 'found no output'],
    ['cut off', text.slice(0, -200), 'are not valid JSON'],
    ['a web page', '<html>', 'are not valid JSON'],
    ['another document', '{}', 'catalogVersion'],
    ['without entries', text.replace(/"vulnerabilities": \[[^]*\]/, '"vulnerabilities": []'), 'vulnerabilities'],
    ['short of an entry', text.replace('"count": 2', '"count": 3'), 'expected 3 entries, as the list states, found 2'],
    ['with an entry without id', text.replace('"CVE-2024-3094"', '""'), 'cveID'],
  ])('is refused where it is %s', (_, given, message) => {
    expect(() => parseExploitedCatalogue(given)).toThrow(message)
    const cell = collectKnownExploited({ path: 'kev.json', text: given }, scans())
    expect(cell).toMatchObject({ status: 'undecided', wanted: 'the list of exploited vulnerabilities in kev.json' })
  })
})

describe('the list of exploited vulnerabilities as evidence', () => {
  it('holds what the image has of it, and counts the rest', () => {
    const evidence = withVulnerabilities({
      findings: [vulnerability({ id: 'CVE-2024-3094' }), vulnerability({ id: 'CVE-2026-0001' })],
    })
    expect(collectKnownExploited({ path: 'kev.json', text }, [...scans(evidence), missing])).toEqual({
      status: 'collected',
      value: {
        name: 'kev.json',
        digest: digestOf(text),
        version: '2026.11.20',
        releasedAt: '2026-11-20T15:03:09.3838Z',
        entries: 2,
        listed: [{ id: 'CVE-2024-3094', added: '2026-11-02', due: '2026-11-23' }],
      },
    })
  })

  it('is undecided if the file is missing, and absent only if no list was requested', () => {
    expect(collectKnownExploited({ path: 'kev.json', text: undefined }, scans())).toMatchObject({
      status: 'undecided',
      found: 'the source has no kev.json',
    })
    expect(collectKnownExploited(undefined, scans())).toBeUndefined()
  })
})
