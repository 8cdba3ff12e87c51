import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import type { OpenVex } from '../../../src/formats/openvex.ts'
import { readOpenVex } from '../../../src/policy/suppressions/openvex.ts'
import { exceptNotAffected } from '../../../src/policy/suppressions/not-affected.ts'

const text = readFileSync(new URL('../../fixtures/openvex/not-affected.openvex.json', import.meta.url), 'utf8')
const suppression = {
  file: 'app.openvex.json',
  reason: 'Statements of the product security team.',
  owner: 'team-security',
  ticket: 'SEC-1',
  created: '2026-10-01',
  expires: '2027-01-31',
}
const digest = `sha256:${'a'.repeat(64)}`

type Statement = OpenVex['statements'][number]

function statement(change: Partial<Statement> = {}): Statement {
  return {
    vulnerability: { name: 'CVE-2026-0001' },
    products: [{ '@id': 'pkg:oci/orders' }],
    status: 'not_affected',
    justification: 'component_not_present',
    ...change,
  }
}

function documentOf(...statements: Statement[]): OpenVex {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://openvex.dev/docs/example/x',
    author: 'a@example.com',
    timestamp: '2026-10-01T00:00:00Z',
    version: 1,
    statements,
  }
}

function except(...documents: OpenVex[]) {
  return exceptNotAffected(
    documents.map((document, index) => ({ suppression: { ...suppression, file: `${index}.json` }, document })),
    'shop/orders',
  )
}

function refusal(document: string): DeliveryError {
  try {
    readOpenVex(document, 'app.openvex.json')
  } catch (error) {
    if (error instanceof DeliveryError) return error
    throw error
  }
  throw new Error('the document was accepted')
}

describe('an OpenVEX document', () => {
  it('comes to exceptions with the reason, owner and last day of the entry that names it [fault 17]', () => {
    const [read] = exceptNotAffected([{ suppression, document: readOpenVex(text, suppression.file) }], 'shop/orders')
    const justification = 'vulnerable_code_not_in_execute_path'
    const entry = {
      rule: 'vulnerabilities',
      package: 'pkg:pypi/jinja2@3.1.2',
      vex: { status: 'not_affected', justification },
      reason: 'Statements of the product security team. The file says: xmlattr is never called.',
      owner: 'team-security',
      ticket: 'SEC-1',
      created: '2026-10-01',
      expires: '2027-01-31',
      origin: { kind: 'openvex', path: 'app.openvex.json', place: 'statement 1' },
    }
    expect(read?.entries).toEqual([
      { ...entry, id: 'CVE-2024-22195' },
      { ...entry, id: 'GHSA-h5c8-rqwp-cp95' },
    ])
    expect(read?.left).toEqual([
      `statement 2, CVE-2024-5535: pkg:oci/cart@sha256%3A${'a'.repeat(64)} is a different image from shop/orders`,
      'statement 4, CVE-2024-45491: under_investigation makes no exception',
      'statement 5, CVE-2024-47874: fixed makes no exception',
      'statement 3, CVE-2024-45491: overridden by statement 4, which says under_investigation',
    ])
  })

  it.each([
    ['nothing', '', /found something that is not a JSON object/],
    ['YAML', 'statements: []', /found something that is not a JSON object/],
    ['an array', '[]', /found something that is not a JSON object/],
    ['half of one', text.slice(0, 500), /app\.openvex\.json:\d+: expected an OpenVEX document of version 0\.2\.0/],
    ['the form before 0.2.0', text.replace('/ns/v0.2.0', '/ns/v0.0.1'), /@context/],
    ['no statement', JSON.stringify({ ...documentOf(), statements: [] }), /statements/],
    ['no product', JSON.stringify(documentOf(statement({ products: [] }))), /at least one product/],
    [
      'not_affected without a label',
      JSON.stringify(documentOf({ ...statement({ impact_statement: 'we think so' }), justification: undefined })),
      /statements\.0\.justification: not_affected needs one of component_not_present/,
    ],
    [
      'affected without an action',
      JSON.stringify(documentOf({ ...statement({ status: 'affected' }), justification: undefined })),
      /affected needs an action_statement/,
    ],
    ['an unknown status', text.replace('"fixed"', '"harmless"'), /statements\.4\.status/],
    ['an unknown label', text.replace('component_not_present', 'trust_us'), /statements\.1\.justification/],
    ['an unknown key', text.replace('"version": 1', '"version": 1, "ignore": ["*"]'), /Unrecognized key: "ignore"/],
    [
      'a key that is there twice',
      text.replace('"status": "fixed"', '"status": "fixed", "status": "not_affected"'),
      /the key appears twice/,
    ],
    ['a key with a meaning in JavaScript', text.replace('"version": 1', '"version": 1, "__proto__": {}'), /__proto__/],
    ['deep nesting', `{"a": ${'['.repeat(100_000)}`, /levels of nesting/],
    ['a day without a time', text.replace('2026-10-20T09:00:00Z', '2026-10-20'), /statements\.3\.timestamp/],
  ])('that is %s is refused', (_name, document, message) => {
    const error = refusal(document)
    expect(error.code).toBe('POLICY')
    expect(error.message).toMatch(message)
  })

  it('may be indented by tabs', () => {
    expect(readOpenVex(JSON.stringify(documentOf(statement()), null, '\t'), 'a.json').statements).toHaveLength(1)
  })
})

describe('which products are this image', () => {
  it.each([
    ['the image, in every version', { '@id': 'pkg:oci/orders' }, {}],
    [
      'the image by its digest',
      { '@id': `pkg:oci/orders@${encodeURIComponent(digest)}?arch=amd64&repository_url=registry.example/shop/orders` },
      { digest },
    ],
    ['a hash of the image', { '@id': 'https://example.com/orders', hashes: { 'sha-256': 'a'.repeat(64) } }, { digest }],
    ['the image of one hash', { '@id': 'pkg:oci/orders', hashes: { 'sha-256': 'a'.repeat(64) } }, { digest }],
    ['the image, with an empty list of parts', { '@id': 'pkg:oci/orders', subcomponents: [] }, {}],
    ['a package, with an empty list of parts', { '@id': 'pkg:pypi/a', subcomponents: [] }, { package: 'pkg:pypi/a' }],
    ['an identifier', { '@id': 'https://example.com/orders', identifiers: { purl: 'pkg:oci/orders' } }, {}],
    ['a package of it', { '@id': 'pkg:pypi/jinja2@3.1.2' }, { package: 'pkg:pypi/jinja2@3.1.2' }],
  ])('%s', (_name, product, scope) => {
    const [read] = except(documentOf(statement({ products: [product] })))
    expect(read?.entries).toMatchObject([{ id: 'CVE-2026-0001', ...scope }])
    expect(Object.keys(read?.entries[0] ?? {}).filter((key) => key === 'digest' || key === 'package')).toEqual(
      Object.keys(scope),
    )
    expect(read?.left).toEqual([])
  })

  it.each([
    ['another image', { '@id': 'pkg:oci/cart' }, /is a different image from shop\/orders/],
    ['a tag', { '@id': 'pkg:oci/orders@1.4.0' }, /use the digest, or only the image/],
    ['an architecture of any digest', { '@id': 'pkg:oci/orders?arch=amd64' }, /use the digest, or only the image/],
    ['a name that is not a package URL', { '@id': 'https://example.com/orders' }, /is not a package URL/],
    ['nothing', {}, /a product without an id is not a package URL/],
    [
      'a package with parts',
      { '@id': 'pkg:golang/example.com/app', subcomponents: [{ '@id': 'pkg:golang/stdlib' }] },
      /is not an image: it is unknown which packages of this one belong to it/,
    ],
    [
      'a part that is not a package URL',
      { '@id': 'pkg:oci/orders', subcomponents: [{ '@id': 'jinja2' }] },
      /the subcomponent jinja2 has no package URL/,
    ],
    [
      'a part whose package URL is half of one',
      { '@id': 'pkg:oci/orders', subcomponents: [{ identifiers: { purl: 'pkg:pypi' } }] },
      /the subcomponent without an id has no package URL/,
    ],
    ['half a package URL', { '@id': 'pkg:oci' }, /pkg:oci is not a package URL/],
  ])('%s is not, and is told', (_name, product, reason) => {
    const [read] = except(documentOf(statement({ products: [product] })))
    expect(read?.entries).toEqual([])
    expect(read?.left).toEqual([expect.stringMatching(reason)])
  })
})

describe('statements are a sequence', () => {
  const later = { timestamp: '2026-10-02T00:00:00Z' }
  const affected = { status: 'affected' as const, action_statement: 'Update.' }
  const open = (change: Partial<Statement>): Statement => {
    const { justification: _, ...rest } = statement()
    return { ...rest, ...affected, ...change }
  }
  const count = (...documents: OpenVex[]) => except(...documents).flatMap(({ entries }) => entries).length

  it('a later word takes an exception back, in whatever order they stand', () => {
    expect(count(documentOf(statement(), open(later)))).toBe(0)
    expect(count(documentOf(open(later), statement()))).toBe(0)
    expect(count(documentOf(open({}), statement(later)))).toBe(1)
  })

  it('two that say the same are two exceptions', () => {
    expect(count(documentOf(statement(), statement(later)))).toBe(2)
  })

  it('only "not affected" with its reason makes an exception', () => {
    const { justification: _, ...unreasoned } = statement()
    expect(except(documentOf(open({ justification: 'component_not_present' }), unreasoned))[0]?.entries).toEqual([])
  })

  it.each([
    [{}, 'Statements of the product security team.'],
    [{ impact_statement: '', status_notes: '' }, 'Statements of the product security team.'],
    [{ impact_statement: '', status_notes: 'b' }, 'Statements of the product security team. The file says: b'],
    [{ impact_statement: 'a', status_notes: 'b' }, 'Statements of the product security team. The file says: a; b'],
  ])('with %j, the reason is %j', (says, reason) => {
    expect(except(documentOf(statement(says)))[0]?.entries.map((entry) => entry.reason)).toEqual([reason])
  })

  it('of two of the same moment the one further down is the later', () => {
    expect(count(documentOf(statement(), open({})))).toBe(0)
    expect(count(documentOf(open({}), statement()))).toBe(1)
    expect(count(documentOf(statement(later), open({})))).toBe(1)
  })

  it('also across documents', () => {
    const [first, second] = except(documentOf(statement()), documentOf(open(later)))
    expect(first).toEqual({
      entries: [],
      left: ['statement 1, CVE-2026-0001: overridden by 1.json, statement 1, which says affected'],
    })
    expect(second?.entries).toEqual([])
  })

  it.each(['fixed', 'under_investigation'] as const)('%s is such a word', (status) => {
    const { action_statement: _, ...word } = open({ ...later, status })
    expect(count(documentOf(statement(), word))).toBe(0)
  })

  it('but not one about another vulnerability, image or package', () => {
    expect(count(documentOf(statement(), open({ ...later, vulnerability: { name: 'CVE-2026-0002' } })))).toBe(1)
    expect(count(documentOf(statement(), open({ ...later, products: [{ '@id': 'pkg:oci/cart' }] })))).toBe(1)
  })

  const image = { '@id': 'pkg:oci/orders' }
  const part = (purl: string) => ({ ...image, subcomponents: [{ '@id': purl }] })
  const hashed = (letter: string) => ({ ...image, hashes: { 'sha-256': letter.repeat(64) } })
  it.each<[string, Statement['products'][number], Statement['products'][number], number]>([
    ['another package', part('pkg:pypi/a'), part('pkg:pypi/b'), 1],
    ['every version of the package', part('pkg:pypi/a@1'), part('pkg:pypi/a'), 0],
    ['one version of the package', part('pkg:pypi/a'), part('pkg:pypi/a@1'), 0],
    ['the whole image of the package', part('pkg:pypi/a'), image, 0],
    ['one package of the image', image, part('pkg:pypi/a'), 0],
    ['another digest', hashed('a'), hashed('b'), 1],
    ['the same digest', hashed('a'), hashed('a'), 0],
    ['one digest of the image', image, hashed('a'), 0],
    ['every digest of the image', hashed('a'), image, 0],
  ])('a later word about %s revokes what it overlaps', (_what, product, laterProduct, left) => {
    expect(count(documentOf(statement({ products: [product] }), open({ ...later, products: [laterProduct] })))).toBe(
      left,
    )
  })

  it('and says so once for each statement', () => {
    const both = statement({ products: [part('pkg:pypi/a'), part('pkg:pypi/b')] })
    expect(except(documentOf(both, open(later)))[0]?.left).toEqual([
      'statement 2, CVE-2026-0001: affected makes no exception',
      'statement 1, CVE-2026-0001: overridden by statement 2, which says affected',
    ])
  })

  it('and one that names it by an alias', () => {
    expect(
      count(documentOf(statement(), open({ ...later, vulnerability: { name: 'GHSA-x', aliases: ['CVE-2026-0001'] } }))),
    ).toBe(0)
  })
})

describe('the most statements about one vulnerability and one package', () => {
  const named = (length: number) =>
    statement({ vulnerability: { name: 'A', aliases: Array.from({ length: length - 1 }, (_, index) => `B${index}`) } })

  it('are accepted', () => {
    expect(except(documentOf(named(2_000)))[0]?.entries).toHaveLength(2_000)
  })

  it.each<[string, OpenVex[]]>([
    ['in one statement', [documentOf(named(2_001)), documentOf()]],
    ['before they are multiplied', [documentOf(named(5_000)), documentOf()]],
    ['in two statements', [documentOf(named(2_000), statement()), documentOf()]],
    ['in two documents', [documentOf(named(2_000)), documentOf(statement())]],
  ])('are the limit: one more is refused %s', (_where, documents) => {
    expect(() => except(...documents)).toThrow(
      '0.json, 1.json: expected at most 2000 statements about one vulnerability and one package, found 2001',
    )
  })

  it('hold for each product, so two long lists are not multiplied', () => {
    const products = Array.from({ length: 5_000 }, (_, index) => ({ '@id': `pkg:pypi/p${index}` }))
    expect(() => except(documentOf({ ...named(5_000), products }))).toThrow(/, found 5000$/)
  })
})
