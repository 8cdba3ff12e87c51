import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tools } from '../../../src/tools/images.ts'
import { askVersion, requireVersion } from '../../../src/tools/tool-version.ts'

describe('the version of a tool', () => {
  it.each([
    ['hadolint', tools.hadolint, 'Haskell Dockerfile Linter 2.15.1\n'],
    ['dive', tools.dive, 'dive 0.13.1\n'],
    ['container-structure-test', tools.structureTest, '1.22.1\n'],
    ['container-structure-test', tools.structureTest, 'v1.22.1+patched\n'],
    ['trivy', tools.trivy, 'Version: 0.72.0\n'],
    ['trivy', tools.trivy, 'Version: 0.72.0\nVulnerability DB:\n  Version: 2\n'],
    [
      'cosign',
      tools.cosign,
      readFileSync(new URL('../../fixtures/cosign/version-3.1.3.json', import.meta.url), 'utf8'),
    ],
  ] as const)('is asked of %s, and must be the pinned one', (name, { program, version }, answer) => {
    expect(askVersion(name, program)[0]).toBe(program)
    expect(() => requireVersion(name, version, answer)).not.toThrow()
    expect(() => requireVersion(name, '9.9.9', answer)).toThrow(`to be version 9.9.9, found ${version}`)
  })

  it("is the publisher's own word where that is not the version [fault 90]", () => {
    expect(() => requireVersion('container-structure-test', tools.structureTest.version, '12\n')).not.toThrow()
    expect(() => requireVersion('container-structure-test', tools.structureTest.version, '13\n')).toThrow('found 13')
    expect(() => requireVersion('hadolint', tools.hadolint.version, 'Haskell Dockerfile Linter 12\n')).toThrow(
      'found 12',
    )
  })

  it.each(['', 'unknown', '<html><body>502</body></html>', 'usage: hadolint'])('is not taken from %j', (answer) => {
    expect(() => requireVersion('hadolint', '2.15.1', answer)).toThrow('found no version')
  })
})
