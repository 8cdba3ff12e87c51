import { join } from 'node:path'
import { filesBelow, root } from '../repo/source-files.ts'

// Stryker makes its change as the tests of a file begin, and leaves it there while the next file is read: tests are to
// notice it, and not the lists of cases that a file is made of.
const { __stryker__: stryker } = globalThis as { __stryker__?: { activeMutant?: string | undefined } }
if (stryker !== undefined) stryker.activeMutant = undefined

// What runs while a module loads is to have run before the first test. Where a test is the first to load a module, a
// change to its tables would count as that test's own, and no other test could notice it.
for (const directory of ['src/gate', 'src/policy', 'src/formats'])
  for (const path of filesBelow(directory, '.ts')) await import(join(root, path))
