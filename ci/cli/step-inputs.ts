import type { z } from 'zod'
import { DeliveryError } from '../../src/model/errors.ts'

/** Reads inputs from the environment of a step, where an action puts them: `build-args` is INPUT_BUILD_ARGS. Throws `USAGE`. */
export function readStepInputs<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodObject<T>> {
  const values = Object.keys(schema.shape).map((name) => [name, environment[inputVariable(name)] ?? ''] as const)
  const parsed = schema.safeParse(Object.fromEntries(values))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new DeliveryError(
      'USAGE',
      `the input ${issue?.path.join('.')}: expected ${issue?.message}`,
      'Correct it in the workflow, below "with:".',
    )
  }
  return parsed.data
}

/** The variable that carries an input through the step's shell, which may drop names with a dash. */
export function inputVariable(name: string): string {
  return `INPUT_${name.toUpperCase().replaceAll('-', '_')}`
}
