import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const python = fileURLToPath(new URL('./python/', import.meta.url))

/** A call of a cloud, as `aws SERVICE OPERATION` or `google SERVICE.VERSION SCHEMA`, and what it is given. */
export type CloudCall = [call: string, input: unknown]

/** Puts the libraries of AWS and Google into a directory, and gives a way to ask them what they say against inputs of calls: 5 s, 35 MB. Nothing is called. */
export async function cloudInputs(directory: string): Promise<(calls: readonly CloudCall[]) => Promise<string[][]>> {
  await execa('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '--require-hashes', '--no-deps', '--only-binary', ':all:', '--target', directory, '--requirement', `${python}requirements.txt`])
  return async (calls) => {
    const { stdout } = await execa('python3', [`${python}cloud_inputs.py`], { input: JSON.stringify(calls), env: { PYTHONPATH: directory, PYTHONDONTWRITEBYTECODE: '1' } })
    return JSON.parse(stdout) as string[][]
  }
}
