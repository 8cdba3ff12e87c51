import { lstat, mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { actionCall, actionEvent, ActionInputs, dockerConfig, type ActionCall } from './action-inputs.ts'
import { limits, readNamed } from '../run/files/read-file.ts'
import { writePrivate } from '../run/files/write-files.ts'
import { judgeOne } from './judge-one.ts'
import { command } from './command.ts'
import { readStepInputs } from './step-inputs.ts'

/** What action.yml runs: `build-and-scan` with the inputs of a GitHub step, which arrive in its environment and never in shell text. */
export const make = command({
  run: githubAction,
})

async function githubAction(): Promise<number> {
  const inputs = readStepInputs(ActionInputs, process.env)
  const event = actionEvent(process.env, await eventPayload())
  const call = actionCall(inputs, event)
  if (inputs['comment-token'] !== '' && event.withoutCredentials !== undefined)
    process.stderr.write(
      '::notice::Loadline: no comment on the pull request, because its job runs without credentials\n',
    )
  Object.assign(process.env, call.environment)
  const directory = await mkdtemp(join(process.env['RUNNER_TEMP'] || tmpdir(), 'loadline-action-'))
  try {
    const registryConfig =
      call.options.publish === undefined || call.options.withheld !== undefined
        ? undefined
        : await registryConfigOf(call, directory)
    return await judgeOne(call.source, {
      ...call.options,
      ...(registryConfig === undefined ? {} : { registryConfig }),
    })
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function eventPayload(): Promise<unknown> {
  const path = process.env['GITHUB_EVENT_PATH']
  if (!path) return undefined
  return readNamed(path, limits.listed).then(
    (text) => JSON.parse(String(text)) as unknown,
    () => undefined,
  )
}

/** The login from the inputs, or the one that docker/login-action left for this job. */
async function registryConfigOf({ login }: ActionCall, directory: string): Promise<string | undefined> {
  if (login !== undefined) {
    const path = join(directory, 'config.json')
    await writePrivate(path, dockerConfig(login))
    return path
  }
  const left = join(process.env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json')
  return (await lstat(left).catch(() => undefined)) === undefined ? undefined : left
}
