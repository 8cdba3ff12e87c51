import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { parse } from 'yaml'
import { read, root } from '../repo/source-files.ts'
import { scratch } from './command-line.ts'

/** A step of GitHub Actions: its environment, and what it was told. */
export function githubStep(): { env: Record<string, string>; summary: () => string; output: () => string } {
  const directory = scratch()
  const files = { GITHUB_STEP_SUMMARY: join(directory, 'summary'), GITHUB_OUTPUT: join(directory, 'output') }
  return {
    env: { GITHUB_ACTIONS: 'true', ...files },
    summary: () => readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    output: () => readFileSync(files.GITHUB_OUTPUT, 'utf8'),
  }
}

interface Action {
  inputs: Record<string, { default: string }>
  outputs: Record<string, { value: string }>
  runs: { steps: [{ id: string; run: string; env: Record<string, string> }] }
}

/** The one step of an action, as a runner starts it: its inputs in its environment, its text in a shell. Whole workflows are run by act, among the exhaustive tests. */
export async function actionStep(
  { action, source }: { action: 'action.yml' | 'repair/action.yml'; source: string },
  inputs: Record<string, string>,
  env: Record<string, string>,
) {
  const { inputs: declared, outputs, runs } = parse(read(action)) as Action
  const [{ id, run, env: handed }] = runs.steps
  const value = (expression: string) => {
    const name = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1]
    if (name === undefined || declared[name] === undefined) throw new Error(`an action has no ${expression}`)
    return inputs[name] ?? declared[name].default
  }
  const step = githubStep()
  const ended = await execa('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', run], {
    cwd: source,
    reject: false,
    all: true,
    stdin: 'ignore',
    env: {
      NO_COLOR: '1',
      npm_command: '',
      GITHUB_ACTION_PATH: join(root, action, '..'),
      GITHUB_REPOSITORY: 'acme/shop',
      ...step.env,
      ...env,
      ...Object.fromEntries(Object.entries(handed).map(([name, expression]) => [name, value(expression)])),
    },
  })
  const written = Object.fromEntries(
    [...step.output().matchAll(/^(\S+?)<<(loadline-\S+)\n([^]*?)\n?\2$/gm)].map(([, name, , text]) => [name, text]),
  )
  const given = Object.keys(outputs).map((name) => [
    name,
    written[outputs[name]?.value.split('.')[3]?.replace(' }}', '') ?? ''],
  ])
  return { ...ended, id, summary: step.summary(), outputs: Object.fromEntries(given) as Record<string, string> }
}
