import { expect, it } from 'vitest'
import { ecosystemOf } from '../../../src/stages/evidence/ecosystem.ts'

it.each([
  ['debian', { family: 'debian', version: '12.12' }, 'debian 12'],
  ['alpine', { family: 'alpine', version: '3.22.1' }, 'alpine 3.22'],
  ['ubuntu', { family: 'ubuntu', version: '24.04' }, 'ubuntu 24.04'],
  ['python-pkg', undefined, 'pip'],
  ['gobinary', { family: 'debian', version: '12' }, 'go'],
  // What nobody knows covers nothing: the gate then says that these packages were not judged.
  ['bitnami', undefined, 'bitnami'],
  ['debian', undefined, 'debian'],
])(
  'packages of the type %s are judged by the advisories of their release or language [fault 8]',
  (type, os, ecosystem) => {
    expect(ecosystemOf(type, os)).toBe(ecosystem)
  },
)
