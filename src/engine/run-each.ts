import { dag, type Container } from '@dagger.io/dagger'
import { batchPlan, runBatch, type Order } from '../tools/batch/command.ts'
import { parseBatch, type CommandRun } from '../tools/batch/output.ts'
import { fresh } from './fresh.ts'
import { requireSuccess, runTool } from './run-tool.ts'
import { hasOwnTools, ownToolImage, type Pinned } from './tool-image.ts'

const paths = { program: '/loadline/batch', plan: '/loadline/batch.json' }

/**
 * Runs several command lines of a tool in one container, each by its argument list, and returns their results in order.
 * Nothing comes from a cache. A sequence ends with the first command that fails. If Loadline's own programs are not
 * available yet, as for somebody who only verifies, each command gets its own container: compiling the programs would
 * take longer than they save. Throws `TOOL` if a result is incomplete.
 */
export async function runEach(
  name: string,
  container: Container,
  { commands, order }: { commands: ReadonlyArray<readonly string[]>; order: Order },
  lock: Pinned,
): Promise<CommandRun[]> {
  if (!hasOwnTools(lock))
    return order === 'parallel' ? allByThemselves(name, container, commands) : oneByOne(name, container, commands)
  const own = await ownToolImage(lock, 'batch')
  const plan = dag.directory().withNewFile('plan', batchPlan(commands)).file('plan')
  const ready = container
    .withMountedFile(paths.program, own.container.file(own.program))
    .withMountedFile(paths.plan, plan)
  const ended = await runTool(name, fresh(ready), runBatch({ ...paths, order }))
  requireSuccess('batch', ended, `Look at what ${name} says, and run again.`)
  return parseBatch(ended.stdout, order, commands.length)
}

function allByThemselves(
  name: string,
  container: Container,
  commands: ReadonlyArray<readonly string[]>,
): Promise<CommandRun[]> {
  return Promise.all(commands.map((argv) => runTool(name, fresh(container), argv)))
}

async function oneByOne(
  name: string,
  container: Container,
  commands: ReadonlyArray<readonly string[]>,
): Promise<CommandRun[]> {
  const runs: CommandRun[] = []
  for (const argv of commands) {
    const ended = await runTool(name, fresh(container), argv)
    runs.push(ended)
    if (ended.exitCode !== 0) break
  }
  return runs
}
