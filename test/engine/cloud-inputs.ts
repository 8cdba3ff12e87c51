import { pythonProgram } from './python/packages.ts'

/** A call of a cloud, as `aws SERVICE OPERATION` or `google SERVICE.VERSION SCHEMA`, and what it is given. */
export type CloudCall = [call: string, input: unknown]

/** A way to ask the libraries of AWS and Google what they say against inputs of calls. Nothing is called. */
export async function cloudInputs(): Promise<(calls: readonly CloudCall[]) => Promise<string[][]>> {
  const ask = await pythonProgram('cloud_inputs.py', 'clouds')
  return async (calls) => {
    const { exitCode, stdout, stderr } = await ask([], JSON.stringify(calls))
    if (exitCode !== 0) throw new Error(stderr)
    return JSON.parse(stdout) as string[][]
  }
}
