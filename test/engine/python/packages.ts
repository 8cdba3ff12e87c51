import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect } from 'vitest'
import { locateCache } from '../../../toolchain/cache.ts'
import { prerequisites } from '../../../toolchain/prerequisites.ts'
import { withSetUpLock } from '../../../toolchain/set-up-lock.ts'
import { runSteps, type Step } from '../../../toolchain/steps.ts'
import { recordStep } from '../../suite/steps.ts'

const here = fileURLToPath(new URL('./', import.meta.url))

/** Packages from PyPI, each by its hash, and kept in the cache. */
function packages(name: string): Step<string> {
  return {
    name: `python-${name}`,
    doing: `installing what ${name}-requirements.txt lists`,
    done: `packages of ${name}-requirements.txt installed`,
    cost: 'network',
    needs: [prerequisites],
    async run({ once, run }) {
      const requirements = `${here}${name}-requirements.txt`
      return once(`python-${name}`, { requirements: await readFile(requirements, 'utf8') }, async (directory) => {
        await run('python3', [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--disable-pip-version-check',
          '--no-compile',
          '--require-hashes',
          '--no-deps',
          '--only-binary',
          ':all:',
          '--target',
          directory,
          '--requirement',
          requirements,
        ])
      })
    },
  }
}

/** A program of this directory, with the packages that its requirements list. */
export async function pythonProgram(
  program: string,
  name: string,
): Promise<
  (argv: readonly string[], input?: string) => Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>
> {
  const cache = locateCache()
  const step = packages(name)
  const site = await withSetUpLock(
    cache,
    undefined,
    () => undefined,
    async (signal) =>
      (await runSteps([step], { cache, onProgress: (event) => recordStep(event, expect.getState().testPath), signal }))(
        step,
      ),
  )
  return async (argv, input) => {
    const { exitCode, stdout, stderr } = await execa('python3', [`${here}${program}`, ...argv], {
      env: { PYTHONPATH: site, PYTHONDONTWRITEBYTECODE: '1' },
      reject: false,
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    })
    return { exitCode, stdout, stderr }
  }
}
