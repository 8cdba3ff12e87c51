import { expect, it } from 'vitest'
import { readSource } from '../../../../src/stages/source/source.ts'
import type { SourceRequest } from '../../../../src/stages/source/source-request.ts'

it.each(['..', '../services', '/services', 'services/../../elsewhere'])(
  'refuses %s as a path below the root of a repository, before it reads anything',
  async (pathInRepository) => {
    const request = { pathInRepository, buildSecrets: 'any', now: new Date(0) } satisfies Partial<SourceRequest>
    await expect(readSource(request as SourceRequest)).rejects.toMatchObject({
      code: 'USAGE',
      exitCode: 2,
      message: expect.stringContaining(`"${pathInRepository}" is not a path below`),
    })
  },
)
