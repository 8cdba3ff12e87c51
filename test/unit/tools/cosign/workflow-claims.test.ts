import { describe, expect, it } from 'vitest'
import { claimArguments, describeClaims, readWorkflowClaims } from '../../../../src/tools/cosign/workflow-claims.ts'

describe('claims of a workflow', () => {
  it('become the options by which Cosign asks for them', () => {
    const claims = readWorkflowClaims([
      'trigger=push',
      'repository=acme/shop',
      'workflow=Release = all',
      'ref=refs/tags/v1',
    ])
    expect(claimArguments(claims)).toEqual([
      '--certificate-github-workflow-repository',
      'acme/shop',
      '--certificate-github-workflow-name',
      'Release = all',
      '--certificate-github-workflow-ref',
      'refs/tags/v1',
      '--certificate-github-workflow-trigger',
      'push',
    ])
    expect(describeClaims(claims)).toEqual([
      'repository acme/shop',
      'workflow Release = all',
      'ref refs/tags/v1',
      'trigger push',
    ])
  })

  it.each([
    ['a name that is not used', ['repo=acme/shop']],
    ['a name of every object', ['constructor=x']],
    ['no value, which would ask for nothing', ['repository=']],
    ['spaces for a value', ['repository= ']],
    ['no sign between', ['repository']],
    ['one name twice', ['ref=refs/heads/main', 'ref=refs/tags/v1']],
  ])('are refused with %s', (_, entries) => {
    expect(() => readWorkflowClaims(entries)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
