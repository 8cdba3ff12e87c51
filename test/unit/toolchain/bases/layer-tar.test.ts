import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { layerTar, removedPaths } from '../../../../toolchain/bases/assembly/layer-tar.ts'
import type { AssembleContext } from '../../../../toolchain/image.ts'

let work: string
let context: AssembleContext

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'layer-'))
  context = {
    work,
    shared: work,
    run: async (file, args, options) => (await execa(file, args, options ?? {})).stdout,
    say: () => {},
  }
})

afterEach(() => rm(work, { recursive: true }))

async function makeTree(name: string, files: Record<string, string>): Promise<string> {
  const tree = join(work, name)
  await mkdir(tree)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(tree, path, '..'), { recursive: true })
    await writeFile(join(tree, path), content)
  }
  return tree
}

async function members(tar: string): Promise<string[]> {
  return (await execa('tar', ['--list', '--file', tar])).stdout.split('\n').filter(Boolean)
}

async function digest(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

describe('layerTar', () => {
  it('gives the same bytes for the same content, whenever it was written', async () => {
    const first = await makeTree('first', {
      'b/two': '2',
      'a-c': 'between',
      'a/one': '1',
      '-option': 'a name',
      'Főtanúsítvány.crt': 'c',
    })
    await symlink('one', join(first, 'a/link'))
    const second = join(work, 'second')
    await cp(first, second, { recursive: true, verbatimSymlinks: true })
    await utimes(join(second, 'a/one'), 1000, 1000)
    for (const tree of [first, second]) await layerTar(context, { tree, tar: `${tree}.tar` })
    expect(await digest(`${second}.tar`)).toBe(await digest(`${first}.tar`))
    expect((await members(`${first}.tar`)).filter((name) => !name.includes('tan'))).toEqual([
      '-option',
      'a/',
      'a-c',
      'a/link',
      'a/one',
      'b/',
      'b/two',
    ])
  })

  it('takes only what differs from the tree below, with its directories, and whiteouts for what is gone', async () => {
    const below = await makeTree('below', {
      'etc/kept': 'k',
      'etc/changed': 'old',
      'etc/mode': 'm',
      'var/gone/file': 'g',
      'var/log': 'l',
    })
    const tree = join(work, 'tree')
    await execa('cp', ['--archive', below, tree])
    await writeFile(join(tree, 'etc/changed'), 'new')
    await chmod(join(tree, 'etc/mode'), 0o600)
    await utimes(join(tree, 'etc/kept'), 1000, 1000)
    await rm(join(tree, 'var/gone'), { recursive: true })
    const tar = join(work, 'layer.tar')
    await layerTar(context, { tree, below, tar })
    expect(await members(tar)).toEqual(['etc/', 'etc/changed', 'etc/mode', 'var/.wh.gone'])
  })

  it('leaves what a runtime mounts empty', async () => {
    const tree = await makeTree('tree', { 'dev/null': '', 'proc/1/status': '', 'opt/dev/kept': '' })
    const tar = join(work, 'layer.tar')
    await layerTar(context, { tree, tar })
    expect((await members(tar)).filter((name) => !name.endsWith('/'))).toEqual(['opt/dev/kept'])
  })
})

describe('removedPaths', () => {
  it('whites out a directory once, not everything in it', () => {
    const upper = new Map([['usr', 1]])
    const lower = new Map([
      ['srv', 1],
      ['srv/a', 1],
      ['usr', 1],
      ['usr/b', 1],
      ['usr/c', 1],
      ['usr/c/d', 1],
    ])
    expect(removedPaths(upper, lower)).toEqual(['.wh.srv', 'usr/.wh.b', 'usr/.wh.c'])
  })
})
