import { lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'

it('writes trees with the same permissions on a machine with a strict umask', async () => {
  const tree = await mkdtemp(join(tmpdir(), 'tree-'))
  const module = new URL('../../../../toolchain/bases/assembly/image-tree.ts', import.meta.url).href
  // In a process of its own: the umask belongs to the whole process.
  const program = `
    const { linkInTree, makeFolder, writeTreeFile } = await import(${JSON.stringify(module)})
    process.umask(0o077)
    const tree = ${JSON.stringify(tree)}
    await makeFolder(tree, 'var/tmp', 0o1777)
    await writeTreeFile(tree, 'etc/ssl/bundle', 'x')
    await linkInTree(tree, 'usr/bin/python', 'python3')`
  await execa(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program])
  const modes: Record<string, string> = {}
  for (const path of ['var', 'var/tmp', 'etc/ssl', 'etc/ssl/bundle', 'usr/bin'])
    modes[path] = ((await lstat(join(tree, path))).mode & 0o7777).toString(8)
  await rm(tree, { recursive: true })
  expect(modes).toEqual({ var: '755', 'var/tmp': '1777', 'etc/ssl': '755', 'etc/ssl/bundle': '644', 'usr/bin': '755' })
}, 30_000)
