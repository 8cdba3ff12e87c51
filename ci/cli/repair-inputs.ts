import { z } from 'zod'
import { ActionInputs } from './action-inputs.ts'

/** The inputs of repair/action.yml. Those that both have mean the same. */
export const RepairInputs = ActionInputs.pick({
  context: true,
  file: true,
  target: true,
  'build-args': true,
  policy: true,
  organisation: true,
  'vulnerability-database': true,
  lock: true,
  engine: true,
}).extend({ token: z.string().default('') })
