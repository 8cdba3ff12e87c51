import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../src/engine/package-root.ts'
import { filesBelow } from './content-key.ts'

/** Everything the sealed toolchain is made from, relative to the package. */
const inputs = [
  'toolchain',
  'programs',
  'src/tools/images.ts',
  'src/model/lock.ts',
  'examples/vulnerability-database',
  'package-lock.json',
]

/** Settings that change what is set up. */
const settings = [
  'LOADLINE_REGISTRY_PORT',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
]

/**
 * A stamp over the sizes and times of all inputs. While it is unchanged, nothing has to be read or hashed, which makes a warm start
 * fast. When it differs, the content keys decide, and a mere touch costs one second.
 */
export async function inputStamp(env: NodeJS.ProcessEnv = process.env, root = packageRoot): Promise<string> {
  const hash = createHash('sha256')
  for (const input of inputs) {
    const path = join(root, input)
    if (!existsSync(path)) {
      hash.update(`${input} absent\n`)
      continue
    }
    const files = (await stat(path)).isDirectory() ? (await filesBelow(path)).map((file) => join(input, file)) : [input]
    const lines = await Promise.all(
      files.map(async (file) => {
        const { size, mtimeMs } = await stat(join(root, file))
        return `${file}\0${size}\0${mtimeMs}\n`
      }),
    )
    for (const line of lines) hash.update(line)
  }
  for (const name of settings) hash.update(`${name}=${env[name] ?? ''}\n`)
  return hash.digest('hex')
}
