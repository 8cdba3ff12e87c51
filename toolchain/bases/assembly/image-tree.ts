import { existsSync } from 'node:fs'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listTree } from './layer-tar.ts'

/** Makes a directory inside a tree with exactly these permissions, and those above it with 755, whatever the umask. */
export async function makeFolder(tree: string, path: string, mode = 0o755): Promise<void> {
  await openFolders(tree, path)
  await chmod(join(tree, path), mode)
}

/** Writes a file into a tree with exactly these permissions, whatever the umask. */
export async function writeTreeFile(tree: string, path: string, content: string, mode = 0o644): Promise<void> {
  await openFolders(tree, dirname(path))
  await writeFile(join(tree, path), content)
  await chmod(join(tree, path), mode)
}

/** Makes a symbolic link in a tree, with its directory. */
export async function linkInTree(tree: string, path: string, target: string): Promise<void> {
  await openFolders(tree, dirname(path))
  await symlink(target, join(tree, path))
}

/**
 * Sets directories to 755 and files to 755 or 644, as a release archive would have them, whatever the umask and the
 * archive format left.
 */
export async function normalisePermissions(tree: string): Promise<void> {
  for (const [path, stats] of await listTree(tree)) {
    if (stats.isSymbolicLink()) continue
    const executable = stats.isDirectory() || (stats.mode & 0o111) !== 0
    await chmod(join(tree, path), executable ? 0o755 : 0o644)
  }
}

async function openFolders(tree: string, path: string): Promise<void> {
  await mkdir(tree, { recursive: true })
  let folder = tree
  for (const name of path.split('/')) {
    folder = join(folder, name)
    if (existsSync(folder)) continue
    await mkdir(folder)
    await chmod(folder, 0o755)
  }
}
