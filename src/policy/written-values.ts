import { z } from 'zod'
import { durationPattern } from '../model/units.ts'

export const duration = z
  .string('whole hours or days, e.g. "48h" or "7d"')
  .regex(durationPattern, 'whole hours or days, e.g. "48h" or "7d"')
  .describe('Whole hours or days, e.g. "48h" or "7d".')

/** A path inside the source directory. */
export const sourcePath = z
  .string()
  .regex(
    /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\\\p{Cc}]+$/u,
    'a path inside the source directory: relative, without ".." and backslashes',
  )
