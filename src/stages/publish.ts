import type { Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../errors.ts'
import type { Digest, Lock } from '../model/index.ts'
import * as crane from '../tools/crane/command.ts'
import { readRegistryError } from '../tools/crane/output.ts'
import { lastLines, runTool } from '../tools/run-tool.ts'
import { toolImage } from '../tools/tool-image.ts'
import { fresh } from './fresh.ts'
import type { RegistryAccess } from './registry-access.ts'

/** An image that a registry has, by digest. No tag points at it yet. */
export interface Published {
  access: RegistryAccess
  digest: Digest
}

/** Pushes the judged bytes by digest and asks the registry which digest it has. Throws `PUBLISH` when that is another one. */
export async function publishByDigest(layout: { directory: Directory; digest: Digest; index: boolean }, access: RegistryAccess, lock: Lock): Promise<Published> {
  const reference = `${access.inside}@${layout.digest}`
  await runCrane(lock, access, layout.directory, (program) => crane.push({ program, insecure: access.insecure, layout: '/layout', reference, index: layout.index }), `pushing ${access.repository}@${layout.digest}`)
  const found = await readDigest(lock, access, reference)
  if (found !== layout.digest) {
    throw new DeliveryError('PUBLISH', `${access.repository} was to hold ${layout.digest}, which was judged, and says ${found ?? 'that it has no such image'}`, 'Nothing was tagged. Check whether a proxy or the registry rewrites manifests.')
  }
  return { access, digest: layout.digest }
}

/** Points the tag at the published digest. The last step of a release: everything before it left the tag where it was. */
export async function moveTag({ access, digest }: Published, lock: Lock): Promise<void> {
  const reference = `${access.inside}@${digest}`
  await runCrane(lock, access, undefined, (program) => crane.tag({ program, insecure: access.insecure, reference, tag: access.tag }), `tagging ${access.repository}:${access.tag}`)
  const found = await readDigest(lock, access, `${access.inside}:${access.tag}`)
  if (found !== digest) {
    throw new DeliveryError('PUBLISH', `${access.repository}:${access.tag} was to point at ${digest} and points at ${found ?? 'nothing'}`, 'Another release may have moved the tag at the same time. Run again, or use a tag of its own for each release.')
  }
}

/** The digest that a reference has in the registry; undefined where the registry says that there is none. Throws `PUBLISH` where it does not say. */
export async function readDigest(lock: Lock, access: RegistryAccess, reference: string): Promise<string | undefined> {
  const tool = toolImage(lock, 'crane')
  const { exitCode, stdout, stderr } = await runTool('crane', fresh(access.connect(tool.container)), crane.digest({ program: tool.program, insecure: access.insecure, reference }))
  if (exitCode === 0) return stdout.trim()
  if (readRegistryError(stderr) === 'missing') return undefined
  throw registryError(access, `asking ${access.repository} for a digest`, stderr)
}

async function runCrane(lock: Lock, access: RegistryAccess, layout: Directory | undefined, argv: (program: string) => string[], doing: string): Promise<void> {
  const tool = toolImage(lock, 'crane')
  const container = layout === undefined ? tool.container : tool.container.withMountedDirectory('/layout', layout)
  const { exitCode, stderr } = await runTool('crane', fresh(access.connect(container)), argv(tool.program))
  if (exitCode !== 0) throw registryError(access, doing, stderr)
}

function registryError(access: RegistryAccess, doing: string, stderr: string): DeliveryError {
  const hints = {
    denied: `Log in to ${access.repository.split('/')[0]} with an account that may push to ${access.repository}, and give its configuration with --registry-config.`,
    unreachable: 'Check that the registry runs and that this machine reaches it, then run again: nothing is done twice.',
    missing: 'Check the repository name; some registries want it created first.',
    other: 'Nothing was tagged. Run again when the registry is well: nothing is done twice.',
  }
  return new DeliveryError('PUBLISH', `${doing} failed: ${lastLines(stderr, 2)}`, hints[readRegistryError(stderr)])
}
