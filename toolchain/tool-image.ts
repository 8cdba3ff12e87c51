import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeOciLayout, type LayoutContent } from './oci-layout.ts'
import type { ImageConfig } from './image.ts'
import { runProgram } from './run-program.ts'

/** A file of an image of ours: where it comes from, where it goes (absolute), and whether it is executable. */
export interface ImageFile {
  from: string
  to: string
  executable: boolean
}

/** An image of a few files, built from scratch. */
export interface ScratchImage {
  files: readonly ImageFile[]
  /** Small files by path, with their text. */
  texts: Readonly<Record<string, string>>
  /** Empty directories that everybody may write to (mode 1777). */
  scratchDirectories: readonly string[]
  config: ImageConfig
}

/**
 * Arguments of GNU tar for an archive that depends only on names, modes and bytes: sorted, no times, no owners, and no extended
 * headers, which carry a process number.
 */
export const deterministicTar: readonly string[] = [
  '--create',
  '--format=gnu',
  '--sort=name',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
]

/** Files of an image with one static program, as `scratchToolImage` names them. */
export interface ToolProgram {
  title: string
  version: string
  /** The static binary. */
  binary: string
  /** Absolute path inside the image, as the publisher's own image has it. */
  program: string
  /** The user of the publisher's image; root if it names none. */
  user?: string
  /** The official reference; absent for programs of Loadline's own. */
  standsInFor?: string
}

/**
 * The image of a tool: its static binary, which is the entry point, and a temporary directory, which is its home too.
 * If it runs as a user, the image has the users of the publisher's base.
 */
export function scratchToolImage(tool: ToolProgram): ScratchImage {
  return {
    files: [{ from: tool.binary, to: tool.program, executable: true }],
    texts:
      tool.user === undefined
        ? {}
        : {
            '/etc/passwd': `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${tool.user}:${tool.user}:nonroot:/home/nonroot:/sbin/nologin\n`,
            '/etc/group': `root:x:0:\nnonroot:x:${tool.user}:\n`,
          },
    scratchDirectories: ['/tmp'],
    config: {
      Entrypoint: [tool.program],
      Env: [`PATH=${dirname(tool.program)}`, 'HOME=/tmp'],
      ...(tool.user === undefined ? {} : { User: tool.user }),
      Labels: {
        'org.opencontainers.image.title': tool.title,
        'org.opencontainers.image.version': tool.version,
        ...(tool.standsInFor === undefined ? {} : { 'dev.loadline.sealed.stands-in-for': tool.standsInFor }),
      },
    },
  }
}

/**
 * Writes an image made of a few files as an OCI layout for linux/amd64. `work` is a directory of its own; equal files
 * give equal digests. `below` are layers under these files.
 */
export async function writeScratchImage(
  layout: string,
  work: string,
  image: ScratchImage,
  below: readonly string[] = [],
): Promise<LayoutContent> {
  const root = join(work, 'root')
  await mkdir(root, { recursive: true })
  const directories = new Set<string>()
  const place = async (path: string): Promise<string> => {
    const target = join(root, path)
    await mkdir(dirname(target), { recursive: true })
    for (let parent = dirname(target); parent.length >= root.length; parent = dirname(parent)) directories.add(parent)
    return target
  }
  for (const { from, to, executable } of image.files) {
    const target = await place(to)
    await copyFile(from, target)
    await chmod(target, executable ? 0o755 : 0o644)
  }
  for (const [path, text] of Object.entries(image.texts)) {
    const target = await place(path)
    await writeFile(target, text)
    await chmod(target, 0o644)
  }
  for (const directory of directories) await chmod(directory, 0o755)
  for (const directory of image.scratchDirectories) {
    await mkdir(join(root, directory), { recursive: true })
    await chmod(join(root, directory), 0o1777)
  }
  const layer = join(work, 'layer.tar')
  await runProgram('tar', [...deterministicTar, '--file', layer, '--directory', root, '.'])
  return writeOciLayout(layout, [{ platform: 'linux/amd64', layers: [...below, layer], config: image.config }])
}
