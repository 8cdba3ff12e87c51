import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeliveryError } from '../../../src/model/errors.ts'
import type { AssembleContext } from '../../image.ts'
import { runDebianTool } from './run-debian-tool.ts'
import { sharedDirectory } from './shared-directory.ts'

/** A package of the npm registry at one version, with the digest of its archive as `package-lock.json` spells it. */
export interface NpmPackage {
  name: string
  version: string
  integrity: string
}

/**
 * Fetches a package with the npm client as the machine has it set up, and unpacks it. No script of the package runs.
 *
 * @returns the directory that holds its `package.json`.
 * @throws when the archive is not, byte for byte, the pinned one.
 */
export async function npmPackage(context: AssembleContext, wanted: NpmPackage): Promise<string> {
  // npm's name for the archive of a scoped package.
  const name = `${wanted.name.replace(/^@/, '').replace('/', '-')}-${wanted.version}`
  return sharedDirectory(join(context.shared, 'npm', name), async (directory) => {
    context.say(`fetching npm package ${wanted.name} ${wanted.version}`)
    const download = join(context.work, `npm-${name}`)
    await mkdir(download)
    await context.run(
      'npm',
      ['pack', `${wanted.name}@${wanted.version}`, '--silent', '--ignore-scripts', '--pack-destination', download],
      { cwd: download },
    )
    const archive = join(download, `${name}.tgz`)
    const found = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`
    if (found !== wanted.integrity) {
      throw new DeliveryError(
        'ENGINE',
        `expected npm package ${wanted.name} ${wanted.version} with integrity ${wanted.integrity}, found ${found}`,
        'The registry does not serve the pinned bytes: find out why before using it.',
      )
    }
    await runDebianTool(context, [
      'tar',
      '--extract',
      '--gzip',
      '--file',
      archive,
      '--directory',
      directory,
      '--strip-components=1',
      '--no-same-owner',
    ])
  })
}
