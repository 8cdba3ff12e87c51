import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'

const identity = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_AUTHOR_DATE: '2026-11-20T10:30:00+01:00',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_COMMITTER_DATE: '2026-11-20T10:30:00+01:00',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
}

/** A directory for one test, without links in its path. */
export function scratch(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'loadline-git-test-')))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export function write(root: string, path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text, { mode })
}

export interface TestRepository {
  root: string
  git(...argv: string[]): Promise<string>
}

/** Git as a person has it, in a directory. */
export function gitIn(root: string): TestRepository['git'] {
  return async (...argv) =>
    (await execa('git', ['-C', root, '-c', 'protocol.file.allow=always', ...argv], { env: identity })).stdout.trim()
}

/** A repository with nothing in it. */
export async function emptyRepository(...options: string[]): Promise<TestRepository> {
  const root = scratch()
  const git = gitIn(root)
  await git('init', '--quiet', '--initial-branch', 'main', ...options)
  return { root, git }
}

/** Three releases on two branches, checked out at v1.3.5, with a service in a folder and a remote. */
export async function releasedRepository(): Promise<TestRepository> {
  const { root, git } = await emptyRepository()
  const commit = async (text: string, tag: string) => {
    write(root, 'service/Dockerfile', `FROM scratch\nLABEL release=${text}\n`)
    await git('add', '.')
    await git('commit', '--quiet', '-m', text)
    await git('tag', tag)
  }
  write(root, 'README.md', 'read me\n')
  await commit('1', 'v1.3.4')
  await commit('2', 'v2.0.0')
  await git('checkout', '--quiet', '-b', 'release', 'v1.3.4')
  await commit('3', 'v1.3.5')
  await git('remote', 'add', 'origin', 'https://user:secret@git.example.com/shop/orders.git')
  return { root, git }
}

/** A program that leaves a mark, and a question whether it has run. */
export function marker(directory: string): { program: string; hasRun: () => boolean } {
  const mark = join(directory, 'MARK')
  write(directory, 'program', `#!/bin/sh\necho "$0 $*" >> ${mark}\ncat > /dev/null\n`, 0o755)
  return { program: join(directory, 'program'), hasRun: () => existsSync(mark) }
}
