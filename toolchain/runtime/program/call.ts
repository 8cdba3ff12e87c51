/** Answers one function call: asks the engine what is called, calls it, and hands the result or the error back. */
import process from 'node:process'
import { connection, dag } from '@dagger.io/dagger'
import { namespaces } from 'module:files'
import { invoke } from '../node_modules/@dagger.io/dagger/dist/src/module/entrypoint/invoke.js'
import { Executor } from '../node_modules/@dagger.io/dagger/dist/src/module/executor.js'
import { describeError } from './describe-error.ts'
import { reviveModule } from './revive-module.ts'

interface FunctionCall {
  parentName: string
  name: string
  /** The state of the object whose function it is, as JSON. */
  parent: string
  inputArgs: { name: string; value: string }[]
}

/** One request for all: the SDK's getters would make one for each name and value. */
const FUNCTION_CALL = '{ currentFunctionCall { parentName name parent inputArgs { name value } } }'

if (!process.argv.includes('--load-only')) await connection(answer)

async function answer(): Promise<void> {
  const { currentFunctionCall: call } = await dag
    .getGQLClient()
    .request<{ currentFunctionCall: FunctionCall }>(FUNCTION_CALL)
  const module = reviveModule('/prepared/module.json')
  let result: unknown
  try {
    result = await invoke(new Executor(namespaces, module), module, {
      parentName: call.parentName,
      fnName: call.name,
      parentArgs: (JSON.parse(call.parent) ?? {}) as Record<string, unknown>,
      fnArgs: Object.fromEntries(call.inputArgs.map(({ name, value }) => [name, JSON.parse(value) as unknown])),
    })
  } catch (error) {
    await dag.currentFunctionCall().returnError(describeError(error))
    process.exitCode = 1
    return
  }
  await dag.currentFunctionCall().returnValue(JSON.stringify(result ?? null) as never)
}
