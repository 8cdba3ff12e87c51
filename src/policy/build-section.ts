import { z } from 'zod'
import { Platform } from '../model/index.ts'
import { sourcePath } from './written-values.ts'

/** How an image is built. */
export const buildSection = z.strictObject({
  dockerfile: sourcePath,
  target: z.string().min(1).optional(),
  platforms: z
    .array(Platform)
    .min(1)
    .refine((platforms) => new Set(platforms).size === platforms.length, 'each platform once')
    .optional()
    .describe("Platforms to build and judge. Default: the engine's own."),
  args: z.record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a build argument: letters, digits and underscores'),
    z.string(),
  ),
  secrets: z
    .array(
      z.string().regex(/^[A-Za-z0-9_.-]+$/, 'the id of a build secret: letters, digits, dots, dashes and underscores'),
    )
    .describe('IDs of build secrets that must be given: `RUN --mount=type=secret,id=...`.'),
  reproducible: z
    .enum(['off', 'normalize', 'verify'])
    .optional()
    .describe(
      'normalize: the build gets SOURCE_DATE_EPOCH, and times, owners, order and compression of the layers no longer depend on when and where it was built. verify: in addition it is built twice, and must give the same image. Default: off.',
    ),
})
