import { readFileSync } from 'node:fs'
import { decidePolicy } from '../../../src/policy/index.ts'
import { parseLicenseExpression } from '../../../src/policy/license-expression.ts'
import { readHadolintIgnored } from '../../../src/policy/suppressions/hadolint-ignored.ts'
import { exceptNotAffected } from '../../../src/policy/suppressions/not-affected.ts'
import { readOpenVex } from '../../../src/policy/suppressions/openvex.ts'
import { readTrivyIgnore } from '../../../src/policy/suppressions/trivy-ignore.ts'
import { holdReaders } from '../foreign-text.ts'

const ours = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const now = new Date('2026-11-23T12:00:00Z')
const acceptance = { reason: 'Looked at by the security team.', owner: 'team-security', expires: '2027-01-31' }

holdReaders([
  {
    name: 'a policy',
    seeds: [ours('examples/fastapi-postgres/loadline.yaml'), ours('examples/legacy-app/loadline.yaml')],
    read: (text) => decidePolicy({ organisation: undefined, application: { path: 'loadline.yaml', text } }, now).layers,
  },
  {
    name: 'the policy of an organisation',
    seeds: ['version: 1\nextends: strict\nlocked: [vulnerabilities, exceptions]\n'],
    read: (text) => decidePolicy({ organisation: { path: 'acme.yaml', text }, application: undefined }, now).locked,
  },
  {
    name: 'an OpenVEX document',
    seeds: [ours('test/fixtures/openvex/not-affected.openvex.json')],
    read: (text) =>
      exceptNotAffected(
        [{ suppression: { file: 'a.openvex.json', ...acceptance }, document: readOpenVex(text, 'a.openvex.json') }],
        'registry.example/orders',
      ),
  },
  {
    name: '.trivyignore',
    seeds: ['# accepted\nCVE-2024-22195 exp:2026-12-24\nCVE-2024-1 # why\n'],
    read: (text) => readTrivyIgnore(text, { file: '.trivyignore', ...acceptance }),
  },
  {
    name: '.trivyignore.yaml',
    seeds: [
      'vulnerabilities:\n  - id: CVE-2024-22195\n    purls: ["pkg:pypi/jinja2@3.1.2"]\n    expired_at: 2026-12-24\n    statement: x\nsecrets:\n  - id: aws\n    paths: ["a/b\\\\[x\\\\]"]\nlicenses:\n  - id: MIT\n',
    ],
    read: (text) => readTrivyIgnore(text, { file: '.trivyignore.yaml', ...acceptance }),
  },
  {
    name: 'a configuration of hadolint',
    seeds: ['ignored: [DL3008, SC2086]\nfailure-threshold: warning\ntrustedRegistries: [docker.io]\n'],
    read: (text) => readHadolintIgnored(text, { file: '.hadolint.yaml', ...acceptance }),
  },
  {
    name: 'a licence expression',
    seeds: ['(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0'],
    read: parseLicenseExpression,
  },
])
