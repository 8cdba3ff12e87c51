import { join } from 'node:path'
import { execa } from 'execa'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { ownTools } from '../../src/tools/images.ts'
import { answersTo } from '../dockerfile-readers/answers.ts'
import { compareAll } from '../dockerfile-readers/compare.ts'
import { question } from '../dockerfile-readers/generated.ts'
import { root } from '../repo/source-files.ts'

/** Held in memory at a time. */
const together = 20_000

const { source, tags } = ownTools.dockerfile

const goTests = (env: Readonly<Record<string, string>>) =>
  execa('go', ['test', '-count=1', '-tags', tags.join(','), '-run', 'TestAnswers', '.'], {
    cwd: join(root, source),
    env: { CGO_ENABLED: '0', ...env },
  })

it.each([1, 2, 3, 4, 5, 6])(
  '%i: twenty thousand new Dockerfiles are read as BuildKit reads them, or not at all',
  async () => {
    const dockerfiles = fc.sample(question, together)
    const { differences, agrees, unread } = compareAll(dockerfiles, await answersTo(dockerfiles, goTests))
    expect(differences).toEqual([])
    expect({ enough: agrees > together * 0.3, few: unread < agrees / 20 }).toEqual({ enough: true, few: true })
  },
)
