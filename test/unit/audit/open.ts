import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { read, root } from '../../repo/source-files.ts'

/** Files of this repository, as an audit asks for them. */
export async function ofRepository(path: string): Promise<string | undefined> {
  return existsSync(join(root, path)) ? read(path) : undefined
}
