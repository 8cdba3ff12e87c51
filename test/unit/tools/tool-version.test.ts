import { describe, expect, it } from 'vitest'
import { tools } from '../../../src/tools/images.ts'
import { askVersion, requireVersion } from '../../../src/tools/tool-version.ts'

describe('the version of a tool', () => {
  it.each([
    ['hadolint', tools.hadolint, 'Haskell Dockerfile Linter 2.15.1\n'],
    ['dive', tools.dive, 'dive 0.13.1\n'],
    ['container-structure-test', tools.structureTest, 'v1.19.1\n'],
    ['container-structure-test', tools.structureTest, 'v1.19.1+patched\n'],
  ] as const)('is asked of %s, and must be the pinned one', (name, { program, version }, answer) => {
    expect(askVersion(name, program)[0]).toBe(program)
    expect(() => requireVersion(name, version, answer)).not.toThrow()
    expect(() => requireVersion(name, '9.9.9', answer)).toThrow(
      `was to be of version 9.9.9 and says that it is ${version}`,
    )
  })

  it.each(['', 'unknown', '<html><body>502</body></html>', 'usage: hadolint'])('is not taken from %j', (answer) => {
    expect(() => requireVersion('hadolint', '2.15.1', answer)).toThrow('does not say which it is')
  })
})
