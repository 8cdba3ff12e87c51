/** In sequence up to the first that fails, or all of them in parallel. */
export type Order = 'sequence' | 'parallel'

/** Runs the commands of a plan in its own container. */
export function runBatch({ program, order, plan }: { program: string; order: Order; plan: string }): string[] {
  return [program, order, plan]
}

/** The plan that `batch` reads: argument lists, which no shell sees. */
export function batchPlan(commands: ReadonlyArray<readonly string[]>): string {
  return JSON.stringify({ schemaVersion: 1, commands })
}
