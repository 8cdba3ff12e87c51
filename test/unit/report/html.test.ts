import { XMLParser } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/report/index.ts'
import { html } from '../../../src/report/markup.ts'
import {
  brokenReleaseRun,
  brokenRun,
  crowdedRun,
  digestOf,
  hostileRun,
  passedRun,
  rejectedRun,
  undecidedRun,
  vulnerability,
} from './runs.ts'

const runs = {
  passed: passedRun,
  rejected: rejectedRun,
  undecided: undecidedRun,
  broken: brokenRun,
  'broken in release': brokenReleaseRun,
  hostile: hostileRun,
}

/** Every element with its attributes, read by a parser that knows nothing of how the page was made. */
function elementsOf(page: string): Array<{ name: string; attributes: Record<string, string> }> {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    preserveOrder: true,
    htmlEntities: true,
    allowBooleanAttributes: true,
    unpairedTags: ['meta', 'input'],
    stopNodes: ['*.style'],
    processEntities: { maxTotalExpansions: 1_000_000, maxExpandedLength: 10_000_000 },
  })
  const found: Array<{ name: string; attributes: Record<string, string> }> = []
  const walk = (nodes: Array<Record<string, unknown>>): void => {
    for (const node of nodes) {
      for (const [name, inner] of Object.entries(node)) {
        if (name === ':@' || name === '#text' || !Array.isArray(inner)) continue
        found.push({ name, attributes: (node[':@'] ?? {}) as Record<string, string> })
        walk(inner as Array<Record<string, unknown>>)
      }
    }
  }
  walk(parser.parse(page.replace('<!doctype html>', '')) as Array<Record<string, unknown>>)
  return found
}

describe.each(Object.entries(runs))('the page of a run that is %s', (_name, build) => {
  const page = renderHtml(build())
  const elements = elementsOf(page)

  it('runs no script and loads nothing [fault 63]', () => {
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:;`,
    )
    expect(page).not.toMatch(/<script/i)
    const names = new Set(elements.map(({ name }) => name))
    for (const name of [
      'script',
      'img',
      'iframe',
      'object',
      'embed',
      'link',
      'form',
      'base',
      'video',
      'audio',
      'use',
      'image',
      'foreignObject',
    ])
      expect(names).not.toContain(name)
    for (const { attributes } of elements) {
      for (const attribute of Object.keys(attributes)) expect(attribute).not.toMatch(/^on/i)
      expect(Object.keys(attributes)).not.toContain('src')
    }
  })

  it('links to nothing but https addresses and its own sections [fault 63]', () => {
    const links = elements.filter(({ name }) => name === 'a').map(({ attributes }) => attributes['href'])
    for (const link of links) expect(link).toMatch(/^(https:\/\/|#[a-z]+(-\d+)?$)/)
    const ids = new Set(elements.map(({ attributes }) => attributes['id']))
    for (const link of links.filter((href) => href?.startsWith('#'))) expect(ids).toContain(link?.slice(1))
  })

  it('shows no control characters, direction overrides or lone surrogates', () => {
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cs}\p{Cc}\p{Bidi_Control}]/u)
  })
})

describe('renderHtml', () => {
  it('says first what was judged, by which policy, with which database and how to check it [fault 2]', () => {
    const page = renderHtml(passedRun())
    const order = [
      '<h1>Passed</h1>',
      digestOf('linux/amd64'),
      digestOf('linux/arm64'),
      'loadline.yaml',
      'trivy-db, 6 hours old',
      'cosign verify --key cosign.pub',
      'id="gates"',
      'id="findings"',
      'id="exceptions"',
      'id="tools"',
    ]
    const positions = order.map((text) => page.indexOf(text))
    expect(positions).not.toContain(-1)
    expect(positions).toEqual(positions.toSorted((left, right) => left - right))
  })

  it('shows the nine stages and how far the run came', () => {
    const strip = /<ol class="flow".*?<\/ol>/s.exec(renderHtml(brokenRun()))?.[0] ?? ''
    expect(
      [...strip.matchAll(/<li class="(\w+)">(\w+)<small>([^<]*)/g)].map(
        ([, state, stage, note]) => `${stage}: ${state} (${note})`,
      ),
    ).toEqual([
      'source: done (read)',
      'lint: done (collected)',
      'build: stopped (failed)',
      'evidence: pending (not reached)',
      'gate: pending (not reached)',
      'publish: pending (not reached)',
      'sign: pending (not reached)',
      'attest: pending (not reached)',
      'report: done (written)',
    ])
  })

  it('says that a network is sealed, what was substituted, and that the database is an example', () => {
    const page = renderHtml(rejectedRun())
    expect(page).toContain('<b>Sealed network</b>')
    expect(page).toContain(
      'docker.io/library/python:3.11-slim-bookworm → 127.0.0.1:5000/library/python:3.11-slim-bookworm',
    )
    expect(page).toContain('<b>Example vulnerability database</b>')
    expect(page).toContain('loadline-example-advisories, 36 advisories for debian 12, pip')
    expect(renderHtml(passedRun())).not.toContain('Sealed network')
  })

  it('lists findings by owner: instructions of the Dockerfile, the base, and what belongs to the image as a whole', () => {
    const page = renderHtml(rejectedRun())
    const groups = [
      ...page.matchAll(/<h3>([^<]+) (?:<code>([^<]*)<\/code> <small>([^<]*)<\/small>)?<\/h3><span>([^<]*)/g),
    ].map(([, title, name, place, counts]) => [title, name, place, counts])
    expect(groups).toEqual([
      ['Application', 'RUN', 'Dockerfile:17', '1 medium; 1 denying'],
      ['Application', 'COPY --from=build /opt/app /opt/app', 'Dockerfile:18', '1 critical, 2 high; 3 denying'],
      [
        'Base image',
        'docker.io/library/python:3.11-slim-bookworm',
        'Dockerfile:14',
        '2 high, 2 medium, 2 low, 1 unknown; 3 denying, 4 within the policy',
      ],
      ['Image as a whole', undefined, undefined, '1 high, 1 medium, 1 low; 2 denying, 1 warning'],
    ])
  })

  it('gives every finding its own place in each order', () => {
    const styles = [...renderHtml(rejectedRun()).matchAll(/<tr role="row" class="\w+" style="([^"]*)"/g)].map(
      ([, style]) =>
        Object.fromEntries((style ?? '').split(';').map((part) => part.split(':'))) as Record<string, string>,
    )
    expect(styles).toHaveLength(14)
    for (const order of ['--severity', '--package', '--gate'])
      expect(styles.map((style) => Number(style[order])).toSorted((left, right) => left - right)).toEqual(
        styles.map((_, position) => position),
      )
  })

  it('lists 500 findings of a kind and counts the others exactly [fault 13]', () => {
    const page = renderHtml(crowdedRun(1_700))
    expect(page.match(/CVE-2026-\d{6}<\/b>/g)).toHaveLength(500)
    expect(page).toContain(
      'Vulnerabilities, not listed here: 1,200 more findings (180 high, 340 medium, 340 low, 340 unknown; 1,200 denying). verdict.json has them all.',
    )
  })

  it('never links to javascript [fault 63]', () => {
    const run = rejectedRun()
    const cell = run.evidence?.platforms[0]?.evidence.vulnerabilities
    if (cell?.status !== 'collected') throw new TypeError('the fixture collects vulnerabilities')
    cell.value.findings = [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      '//evil.example',
      'https://user:pass@evil.example/',
      'https://x.example/"onmouseover="alert(1)',
    ].map((url, position) => ({ ...vulnerability(`CVE-${position}`, 'low', 'p', '1', undefined, 't'), url }))
    const links = [...renderHtml(run).matchAll(/<a href="([^"]*)"/g)]
      .map(([, href]) => href)
      .filter((href) => !href?.startsWith('#'))
    expect(links.filter((href) => !/^https:\/\/(avd\.aquasec\.com|github\.com)\//.test(href ?? ''))).toEqual([
      'https://x.example/%22onmouseover=%22alert(1)',
    ])
  })
})

describe('html', () => {
  it('escapes what is inserted, keeps markup, joins lists and leaves nothing for nothing [fault 63]', () => {
    expect(
      html`<p title="${'"><'}">${"<b> & '`"}${html`<i>${1}</i>`}${['a', html`<br>`]}${undefined}${false}</p>`.toString(),
    ).toBe('<p title="&#34;&#62;&#60;">&#60;b&#62; &#38; &#39;&#96;<i>1</i>a<br></p>')
  })
})
