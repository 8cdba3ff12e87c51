import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { ActionInputs } from '../../ci/cli/action-inputs.ts'
import { RepairInputs } from '../../ci/cli/repair-inputs.ts'
import { inputVariable } from '../../ci/cli/step-inputs.ts'
import { githubOutputs } from '../../ci/github/step.ts'
import { brokenRun } from '../unit/report/runs.ts'
import { policyExamples } from './policy-examples.ts'
import { filesBelow, read } from './source-files.ts'

interface Step {
  uses?: string
  run?: string
  env?: Record<string, string>
}

interface Declared {
  inputs: Record<string, { description: string; default?: unknown }>
  outputs: Record<string, { value: string }>
}

const action = parse(read('action.yml')) as Declared & { runs: { steps: Step[] } }
const workflow = parse(read('.github/workflows/build-and-scan.yml')) as {
  permissions?: unknown
  on: { workflow_call: Declared & { secrets: Record<string, unknown> } }
  jobs: Record<string, { permissions?: unknown; steps: Step[] }>
}
const files = ['action.yml', 'repair/action.yml', ...filesBelow('.github', '.yml')]
const inputs = Object.keys(ActionInputs.shape)
const outputs = Object.keys(githubOutputs(brokenRun(), '/reports'))

/** The step that runs Loadline. */
function loadlineStep(steps: readonly Step[]): Step {
  return steps.find(({ run }) => run?.includes('loadline.mjs') === true) ?? {}
}

describe('the GitHub action', () => {
  it('has exactly the inputs that the program reads, and hands each over', () => {
    expect(Object.keys(action.inputs)).toEqual(inputs)
    expect(loadlineStep(action.runs.steps).env).toEqual(
      Object.fromEntries(inputs.map((name) => [inputVariable(name), `\${{ inputs.${name} }}`])),
    )
  })

  it('has exactly the outputs that the program writes', () => {
    expect(Object.keys(action.outputs).toSorted()).toEqual(outputs.toSorted())
    for (const [name, { value }] of Object.entries(action.outputs))
      expect(value).toBe(`\${{ steps.loadline.outputs.${name} }}`)
  })
})

describe('the action that repairs', () => {
  const repair = parse(read('repair/action.yml')) as typeof action
  it('has exactly the inputs that the program reads, hands each over, and says of each what the other action says', () => {
    const names = Object.keys(RepairInputs.shape)
    expect(Object.keys(repair.inputs)).toEqual(names)
    expect(loadlineStep(repair.runs.steps).env).toEqual(
      Object.fromEntries(names.map((name) => [inputVariable(name), `\${{ inputs.${name} }}`])),
    )
    for (const name of names.filter((one) => action.inputs[one] !== undefined))
      expect(repair.inputs[name]).toEqual(action.inputs[name])
  })
})

describe('the reusable workflow', () => {
  const { secrets, inputs: declared, outputs: given } = workflow.on.workflow_call
  const steps = workflow.jobs['build-and-scan']?.steps ?? []
  // A called workflow cannot see files or variables that its caller makes, and its reports go into an artifact.
  const left = ['secret-envs', 'secret-files', 'ssh', 'output']
  const secretOf: Record<string, string> = {
    secrets: 'build-secrets',
    password: 'password',
    'cosign-private-key': 'cosign-private-key',
    'cosign-password': 'cosign-password',
    'comment-token': 'comment-token',
  }

  it('takes what the action takes, credentials as secrets, and hands each over', () => {
    expect(Object.keys(secrets)).toEqual(Object.values(secretOf))
    const own = ['loadline', 'upload-sarif', 'artifact', 'runs-on']
    expect(Object.keys(declared)).toEqual([
      ...own,
      ...inputs.filter((name) => !left.includes(name) && secretOf[name] === undefined),
    ])
    const from = (name: string) => (secretOf[name] === undefined ? `inputs.${name}` : `secrets.${secretOf[name]}`)
    expect(loadlineStep(steps).env).toEqual(
      Object.fromEntries(
        inputs.filter((name) => !left.includes(name)).map((name) => [inputVariable(name), `\${{ ${from(name)} }}`]),
      ),
    )
  })

  it('says of each input what the action says', () => {
    const shared = Object.entries(declared).filter(([name]) => action.inputs[name] !== undefined)
    expect(shared.map(([name, { description }]) => ({ name, description }))).toEqual(
      shared.map(([name]) => ({ name, description: action.inputs[name]?.description })),
    )
  })

  it('gives every output of the action', () => {
    expect(Object.keys(given).toSorted()).toEqual(outputs.toSorted())
  })

  it('has the permissions of its caller and no others', () => {
    expect(workflow.permissions).toBeUndefined()
    expect(Object.values(workflow.jobs).map(({ permissions }) => permissions)).toEqual([undefined])
  })
})

it.each(['README.md', 'docs/github-actions.md', 'docs/engines.md'])('%s calls it with inputs that it has', (page) => {
  const { secrets, inputs: declared } = workflow.on.workflow_call
  type Caller = { jobs?: Record<string, { uses?: string; with?: object; secrets?: object }> } | null
  const calls = policyExamples(page)
    .flatMap(({ text }) => Object.values((parse(text) as Caller)?.jobs ?? {}))
    .filter(({ uses }) => uses?.endsWith('/.github/workflows/build-and-scan.yml@<commit>') === true)
  expect(calls.length).toBeGreaterThan(0)
  for (const call of calls) {
    expect(Object.keys(declared)).toEqual(expect.arrayContaining(Object.keys(call.with ?? {})))
    expect(Object.keys(secrets)).toEqual(expect.arrayContaining(Object.keys(call.secrets ?? {})))
    const required = Object.keys(declared).filter(
      (name) => (declared[name] as { required?: boolean }).required === true,
    )
    expect(Object.keys(call.with ?? {})).toEqual(expect.arrayContaining(required))
  }
})

describe.each(files)('%s', (path) => {
  const text = read(path)

  it('puts no expression into the text of a shell [fault 42]', () => {
    const document = parse(text) as { runs?: { steps: Step[] }; jobs?: Record<string, { steps?: Step[] }> }
    const steps = [
      ...(document.runs?.steps ?? []),
      ...Object.values(document.jobs ?? {}).flatMap((job) => job.steps ?? []),
    ]
    expect(steps.length).toBeGreaterThan(0)
    expect(steps.filter(({ run }) => run?.includes('${{') === true)).toEqual([])
  })

  it('names every foreign action by commit, with its version beside', () => {
    const uses = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line))
    expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
  })
})
