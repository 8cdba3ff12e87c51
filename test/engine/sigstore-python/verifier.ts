import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { locateCache } from '../../../ci/sealed/cache.ts'
import { prerequisites } from '../../../ci/sealed/prerequisites.ts'
import { withSetUpLock } from '../../../ci/sealed/set-up-lock.ts'
import { runSteps, type Step } from '../../../ci/sealed/steps.ts'

/** What has to be true of a bundle. */
export interface Expected {
  bundle: string
  trustedRoot: string
  identity: string
  issuer: string
}

const here = fileURLToPath(new URL('./', import.meta.url))

/** Takes the packages from PyPI, each by its hash. */
const packages: Step<string> = {
  name: 'sigstore-python',
  doing: 'installing the Sigstore client of Python',
  done: 'Sigstore client of Python installed',
  cost: 'network',
  needs: [prerequisites],
  async run({ once, run }) {
    const requirements = join(here, 'requirements.txt')
    return once('sigstore-python', { requirements: await readFile(requirements, 'utf8') }, async (directory) => {
      await run('python3', ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--no-deps', '--only-binary', ':all:', '--target', directory, '--requirement', requirements])
    })
  },
}

/**
 * The Sigstore client of Python, which shares no code with cosign (Go) or sigstore-js: asked for a bundle by paths of files, it gives its exit code,
 * the signed statement and what it complained of.
 */
export async function pythonVerifier(): Promise<(expected: Expected) => Promise<{ exitCode: number | undefined; statement: string; complaint: string }>> {
  const cache = locateCache()
  const site = await withSetUpLock(cache, undefined, () => undefined, async (signal) => (await runSteps([packages], { cache, onProgress: () => undefined, signal }))(packages))
  return async ({ bundle, trustedRoot, identity, issuer }) => {
    const { exitCode, stdout, stderr } = await execa('python3', [join(here, 'verify.py'), bundle, trustedRoot, identity, issuer], { env: { PYTHONPATH: site, PYTHONDONTWRITEBYTECODE: '1' }, reject: false })
    return { exitCode, statement: stdout, complaint: stderr }
  }
}
