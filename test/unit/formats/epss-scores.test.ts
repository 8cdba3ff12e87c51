import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseEpssScores } from '../../../src/formats/epss-scores.ts'
import { digestOf } from '../../../src/model/index.ts'
import { collectExploitPrediction } from '../../../src/stages/evidence/exploit-prediction.ts'
import { goodEvidence, missing, vulnerability, withVulnerabilities } from '../gate/good-evidence.ts'

const text = readFileSync(new URL('../../fixtures/first-epss/five-scores.csv', import.meta.url), 'utf8')
const scans = (evidence = goodEvidence()) =>
  evidence.platforms.map(({ evidence: { vulnerabilities } }) => vulnerabilities)
const wanted = new Set(['CVE-2021-44228', 'CVE-2026-0002', 'GO-2026-0001'])

describe('the EPSS scores of a day', () => {
  it('are read with their model and date, and those that are asked for', () => {
    expect(parseEpssScores(text, wanted)).toEqual({
      model: 'v2025.03.14',
      scoredAt: '2026-11-20T12:55:00.000Z',
      entries: 5,
      scores: [
        { id: 'CVE-2021-44228', probability: 0.94358, percentile: 0.99957 },
        { id: 'CVE-2026-0002', probability: 0.00001, percentile: 0.00001 },
      ],
    })
  })

  it('are read with the date as older lists write it, and with line ends of Windows', () => {
    const older = text.replace('2026-11-20T12:55:00Z', '2023-03-07T00:00:00+0000').replaceAll('\n', '\r\n')
    expect(parseEpssScores(older, wanted)).toMatchObject({ scoredAt: '2023-03-07T00:00:00.000Z', entries: 5 })
  })

  it.each([
    ['empty', '', 'score_date'],
    ['still packed', '\u001f\u008b\b', 'score_date'],
    ['a web page', '<html>\n', 'score_date'],
    ['without a date', text.replace(/,score_date.*/, ''), 'score_date'],
    ['of no day', text.replace('2026-11-20', '2026-13-20'), 'score_date'],
    ['of another time zone, which is never published', text.replace('00Z', '00+0200'), 'score_date'],
    ['with other columns', text.replace('cve,epss,percentile', 'cve,percentile,epss'), 'cve,epss,percentile'],
    ['cut off within a line', text.slice(0, -3), 'some of it went missing'],
    ['cut off after its head', text.split('\n').slice(0, 2).join('\n').concat('\n'), 'no scores'],
    ['with a score above 1', text.replace('0.94358', '1.94358'), 'line 4'],
    ['with a score below 0', text.replace('0.94358', '-0.94358'), 'line 4'],
    ['with a word for a score', text.replace('0.94358', 'high'), 'line 4'],
    ['with no score', text.replace('0.94358', ''), 'line 4'],
    ['with no number', text.replace('0.94358', 'NaN'), 'line 4'],
    ['with another column', text.replace('0.99957', '0.99957,x'), 'line 4'],
    ['with an empty line', text.replace('CVE-2024', '\nCVE-2024'), 'line 5'],
    ['with one vulnerability twice', text.replace('CVE-2024-3094', 'CVE-2021-44228'), 'for the second time'],
  ])('are refused where the list is %s', (_, given, message) => {
    expect(given).not.toBe(text)
    expect(() => parseEpssScores(given, wanted)).toThrow(message)
    expect(collectExploitPrediction({ path: 'epss.csv', text: given }, scans())).toMatchObject({
      status: 'undecided',
      wanted: 'the exploit predictions in epss.csv',
    })
  })
})

describe('the limits of a score and of what is said about it', () => {
  const [head = ''] = text.split('\n')
  const listOf = (...rows: string[]) => [head, 'cve,epss,percentile', ...rows, ''].join('\n')
  const refused = 'the exploit predictions cannot be read: '
  const long = 'x'.repeat(81)

  it('include 0 and 1, also as powers of ten', () => {
    const rows = ['CVE-2026-0001,1,1.0', 'CVE-2026-0002,0,0', 'CVE-2026-0003,4e-05,0.5']
    const ids = new Set(['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-0003'])
    expect(parseEpssScores(listOf(...rows), ids).scores).toEqual([
      { id: 'CVE-2026-0001', probability: 1, percentile: 1 },
      { id: 'CVE-2026-0002', probability: 0, percentile: 0 },
      { id: 'CVE-2026-0003', probability: 0.00004, percentile: 0.5 },
    ])
  })

  it.each([
    ['an empty text', '', 'expected "#model_version:...,score_date:..." and "cve,epss,percentile", found ""'],
    [
      'a head alone',
      head,
      `expected "#model_version:...,score_date:..." and "cve,epss,percentile", found ${JSON.stringify(head.slice(0, 80))}`,
    ],
    [
      'a long text',
      long,
      `expected "#model_version:...,score_date:..." and "cve,epss,percentile", found "${long.slice(1)}"`,
    ],
    [
      'a list whose last line has no end',
      `${head}\ncve,epss,percentile`,
      'its last line has no end: some of it went missing',
    ],
    ['no score', listOf(), 'it has no scores'],
    [
      'a share above 1',
      listOf('CVE-2026-0001,0.5,1.5'),
      'line 3: expected one vulnerability with two numbers from 0 to 1, found "CVE-2026-0001,0.5,1.5"',
    ],
    [
      'a long line',
      listOf('CVE-2026-0001,0.5,0.5', long),
      `line 4: expected one vulnerability with two numbers from 0 to 1, found "${long.slice(1)}"`,
    ],
    [
      'a second score',
      listOf('CVE-2026-0001,0.5,0.5', 'CVE-2026-0001,0.4,0.5'),
      'line 4: expected one vulnerability with two numbers from 0 to 1, found "CVE-2026-0001,0.4,0.5" for the second time',
    ],
  ])('%s is refused with the line and its beginning', (_what, list, message) => {
    expect(() => parseEpssScores(list, wanted)).toThrow(
      expect.objectContaining({ code: 'DATABASE', message: refused + message }),
    )
  })
})

describe('exploit predictions as evidence', () => {
  it('hold the scores of what the image has, and count the rest', () => {
    const evidence = withVulnerabilities({
      findings: [vulnerability({ id: 'CVE-2024-3094' }), vulnerability({ id: 'GHSA-2222-3333-4444' })],
    })
    expect(collectExploitPrediction({ path: 'epss.csv', text }, [...scans(evidence), missing])).toEqual({
      status: 'collected',
      value: {
        name: 'epss.csv',
        digest: digestOf(text),
        model: 'v2025.03.14',
        scoredAt: '2026-11-20T12:55:00.000Z',
        entries: 5,
        scores: [{ id: 'CVE-2024-3094', probability: 0.85974, percentile: 0.9935 }],
      },
    })
  })

  it('are undecided if the file is missing, and absent only if none were requested', () => {
    expect(collectExploitPrediction({ path: 'epss.csv', text: undefined }, scans())).toMatchObject({
      status: 'undecided',
      found: 'the source has no epss.csv',
    })
    expect(collectExploitPrediction(undefined, scans())).toBeUndefined()
  })
})
