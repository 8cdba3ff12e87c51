import { describe, expect, it } from 'vitest'
import { faultCodes, readPush, type Fault } from '../../../../src/tools/registry/output.ts'
import { afterTagging, publishError } from '../../../../src/tools/registry/publish-error.ts'
import { failing } from './recorded.ts'

const attempted = { doing: 'pushing registry.example.com/demo/app@sha256:...', after: 'No tag was moved.' }

function faultOf(name: string): Fault {
  const { fault } = readPush(failing(name))
  if (fault === undefined) throw new Error(`${name} is no recorded fault`)
  return fault
}

describe('publishError', () => {
  it.each(faultCodes)('says for %s what to do and where the tags are, with exit code 4', (code) => {
    const error = publishError(faultOf(code), attempted)
    expect(error.exitCode).toBe(4)
    expect(error.hint).toMatch(/^[A-Z].+\. No tag was moved\.$/)
    expect(error.hint).not.toContain('undefined')
    expect(error.message).not.toContain('undefined')
  })

  it('names host and missing scope where the account may not push [fault 46]', () => {
    expect(publishError(faultOf('denied'), attempted).message).toBe(
      'pushing registry.example.com/demo/app@sha256:... failed: registry.example.com: 403 Forbidden: DENIED not today; the scope repository:demo/app:push,pull is missing',
    )
    expect(publishError(faultOf('unauthorized'), attempted).hint).toContain('Log in to registry.example.com')
  })

  it('says how often it was tried and what the registry asked for [fault 47]', () => {
    expect(publishError(faultOf('too-many'), attempted).message).toMatch(
      /tried 6 times.*429.*it asks for 1 s between attempts/,
    )
  })

  it.each(['unavailable', 'reset', 'timeout', 'unreachable'])(
    'tells after %s to run again, because nothing is sent twice [fault 48]',
    (name) => {
      expect(publishError(faultOf(name), attempted)).toMatchObject({
        message: expect.stringContaining('tried 6 times'),
        hint: expect.stringContaining('then run again. What was sent is not sent again.'),
      })
    },
  )

  it('names both digests of a registry that lies [fault 49]', () => {
    const { wanted, found } = faultOf('lying')
    expect(publishError(faultOf('lying'), attempted).message).toContain(`expected ${wanted}, found ${found}`)
  })

  it('names the tag that must not move, and both digests [fault 50]', () => {
    const error = publishError(faultOf('exists-other'), attempted)
    expect(error.message).toMatch(
      /tag 1\.8\.2 must not move: it points to sha256:ecc9.*, and was to point to sha256:24da/,
    )
    expect(error.hint).toContain('--immutable-tags')
  })
})

describe('afterTagging', () => {
  it('says that no tag was moved only where that is sure', () => {
    expect(afterTagging(['1.8.2', '1.8'], faultOf('exists-other'))).toBe('No tag was moved.')
    expect(afterTagging(['1.8', '1.8.2'], faultOf('exists-other'))).toMatch(/^1\.8 may already have been moved/)
    expect(afterTagging(['1.8.2', '1.8'], faultOf('denied'))).toMatch(/^1\.8\.2, 1\.8 may already have been moved/)
  })
})
