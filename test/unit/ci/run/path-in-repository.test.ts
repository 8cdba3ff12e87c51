import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { pathInRepository } from '../../../../ci/run/path-in-repository.ts'

function directories(...paths: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'loadline-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const path of paths) mkdirSync(join(root, path), { recursive: true })
  return root
}

it('counts from the directory that has .git', async () => {
  const root = directories('.git', 'services/orders')
  expect(await pathInRepository(join(root, 'services', 'orders'), undefined)).toBe('services/orders')
  expect(await pathInRepository(`${root}/services/../services/orders/`, undefined)).toBe('services/orders')
  expect(await pathInRepository(root, undefined)).toBeUndefined()
})

it('takes the nearest repository: a worktree or submodule has a file called .git', async () => {
  const root = directories('.git', 'module/application')
  writeFileSync(join(root, 'module', '.git'), 'gitdir: ../.git/modules/module\n')
  expect(await pathInRepository(join(root, 'module', 'application'), undefined)).toBe('application')
})

it('goes by where a link leads', async () => {
  const root = directories('repository/.git', 'repository/services/orders')
  symlinkSync(join(root, 'repository', 'services'), join(root, 'link'))
  expect(await pathInRepository(join(root, 'link', 'orders'), undefined)).toBe('services/orders')
})

it('counts from the workspace of the CI service where there is no repository', async () => {
  const root = directories('workspace/services/orders', 'elsewhere')
  expect(await pathInRepository(join(root, 'workspace', 'services', 'orders'), join(root, 'workspace'))).toBe(
    'services/orders',
  )
  expect(await pathInRepository(join(root, 'workspace', 'services', 'orders'), '')).toBeUndefined()
  expect(await pathInRepository(join(root, 'elsewhere'), join(root, 'workspace'))).toBeUndefined()
  expect(await pathInRepository(join(root, 'elsewhere'), '/no/such/workspace')).toBeUndefined()
})

it('says nothing of a directory that is not there', async () => {
  expect(await pathInRepository('/no/such/directory', '/no/such/workspace')).toBeUndefined()
})
