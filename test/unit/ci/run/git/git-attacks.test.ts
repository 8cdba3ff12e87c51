import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, renameSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readGitFacts, readOrigin } from '../../../../../ci/run/git/read-git-facts.ts'
import { emptyRepository, marker, releasedRepository, scratch, write, type TestRepository } from './repository.ts'

const asked = async (directory: string) => {
  const said: string[] = []
  const facts = await readGitFacts(directory, {}, (line) => void said.push(line)).catch((error: Error) => ({
    error: error.message,
  }))
  return { facts, said }
}

/** Configuration that would run `program`, or change an answer, if anybody obeyed it. */
const hostile = (program: string) => `[core]
	fsmonitor = ${program}
	hooksPath = ${program}.hooks
	sshCommand = ${program}
	askPass = ${program}
	gitProxy = ${program}
	pager = ${program}
	editor = ${program}
	alternateRefsCommand = ${program}
	worktree = /
	excludesFile = ${program}.ignore
	attributesFile = ${program}.attributes
	ignoreStat = true
	quotePath = true
	untrackedCache = keep
	sparseCheckout = true
	logAllRefUpdates = always
[alias]
	rev-parse = !${program}
	status = !${program}
	for-each-ref = !${program}
	cat-file = !${program}
[pager]
	status = ${program}
	for-each-ref = ${program}
[filter "evil"]
	clean = ${program}
	smudge = ${program}
	process = ${program}
	required = true
[diff]
	external = ${program}
[diff "evil"]
	textconv = ${program}
	command = ${program}
[merge "evil"]
	driver = ${program}
[gpg]
	program = ${program}
[gpg "ssh"]
	program = ${program}
	defaultKeyCommand = ${program}
[log]
	showSignature = true
	date = relative
[tag]
	sort = creatordate
	gpgSign = true
[column]
	ui = always
[color]
	ui = always
[status]
	showUntrackedFiles = no
	relativePaths = true
	submoduleSummary = true
	branch = true
[credential]
	helper = !${program}
[remote "origin"]
	promisor = true
	partialCloneFilter = blob:none
	uploadpack = ${program}
	vcs = ${program}
[extensions]
	partialClone = origin
[protocol "ext"]
	allow = always
[url "ext::${program} %S "]
	insteadOf = https://git.example.com/
[submodule "x"]
	update = !${program}
[trace2]
	eventTarget = ${program}.trace
[include]
	path = ${program}.included
`

const attacks: Record<string, (repository: TestRepository, program: string) => Promise<void> | void> = {
  'the configuration of the repository': ({ root }, program) =>
    appendFileSync(join(root, '.git/config'), hostile(program)),
  hooks: ({ root }, program) => {
    for (const name of 'post-index-change post-checkout reference-transaction pre-commit fsmonitor-watchman'.split(' '))
      cpSync(program, join(root, '.git/hooks', name))
  },
  'attributes that no commit has': ({ root }) => write(root, '.git/info/attributes', '* filter=evil diff=evil ident\n'),
  'a replacement of the commit': async ({ git }) => void (await git('replace', 'HEAD', 'v2.0.0')),
  grafts: async ({ root, git }) =>
    write(root, '.git/info/grafts', `${await git('rev-parse', 'HEAD')} ${await git('rev-parse', 'v2.0.0')}\n`),
  'a configuration of the work tree': async ({ root, git }, program) => {
    await git('config', 'extensions.worktreeConfig', 'true')
    write(root, '.git/config.worktree', hostile(program))
  },
  'an index that is damaged': ({ root }) => write(root, '.git/index', 'DIRC is what it begins with, and no more'),
  'locks that somebody left': ({ root }) => {
    for (const name of ['index', 'HEAD', 'config', 'packed-refs', 'shallow']) write(root, `.git/${name}.lock`, '')
  },
}

describe('a repository that attacks', { timeout: 60_000 }, () => {
  it.each(Object.entries(attacks))('by %s changes no fact and runs nothing [fault 73]', async (_how, attack) => {
    const repository = await releasedRepository()
    const { program, hasRun } = marker(scratch())
    write(repository.root, '.gitattributes', '* filter=evil diff=evil merge=evil\n')
    await repository.git('add', '.')
    await repository.git('commit', '--quiet', '--amend', '--no-edit')
    await repository.git('tag', '--force', 'v1.3.5')
    const before = await asked(join(repository.root, 'service'))
    expect(before.facts).toMatchObject({ tags: ['v1.3.5'], allTags: ['v1.3.4', 'v1.3.5', 'v2.0.0'], dirty: false })
    await attack(repository, program)
    expect(await asked(join(repository.root, 'service'))).toEqual(before)
    expect(await readOrigin(repository.root)).toBe('https://git.example.com/shop/orders')
    expect(hasRun()).toBe(false)
    // What was a lie before is one now.
    write(repository.root, 'service/Dockerfile', 'FROM scratch\nLABEL release=9\n')
    expect((await asked(repository.root)).facts).toMatchObject({ dirty: true })
    expect(hasRun()).toBe(false)
  })

  it.each([
    ['assume-unchanged', ['update-index', '--assume-unchanged', 'service/Dockerfile']],
    ['skip-worktree', ['update-index', '--skip-worktree', 'service/Dockerfile']],
    ['an index that holds the change', ['add', 'service/Dockerfile']],
  ])('cannot hide a changed file by %s [fault 73]', async (_how, argv) => {
    const { root, git } = await releasedRepository()
    write(root, 'service/Dockerfile', 'FROM scratch\nLABEL release=9\n')
    await git(...argv)
    expect((await asked(root)).facts).toMatchObject({ dirty: true })
  })

  it('cannot hide a new file by excludes that no commit has [fault 73]', async () => {
    const { root } = await releasedRepository()
    write(root, '.git/info/exclude', '*\n')
    write(root, 'service/new', '')
    expect((await asked(root)).facts).toMatchObject({ dirty: true })
  })

  it('has its signed commit read, and its signature left to others [fault 73]', async () => {
    const { root, git } = await releasedRepository()
    const { program, hasRun } = marker(scratch())
    const [head = '', ...message] = (await git('cat-file', 'commit', 'HEAD')).split('\n\n')
    const signed = `${head}\ngpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----\n\n${message.join('\n\n')}\n`
    const commit = execFileSync('git', ['-C', root, 'hash-object', '-t', 'commit', '-w', '--stdin'], { input: signed })
    await git('reset', '--quiet', '--hard', commit.toString().trim())
    appendFileSync(join(root, '.git/config'), hostile(program))
    expect((await asked(root)).facts).toMatchObject({ revision: commit.toString().trim(), dirty: false })
    expect(hasRun()).toBe(false)
  })

  it('is not one where a bare repository was committed into a work tree [fault 73]', async () => {
    const { root, git } = await releasedRepository()
    const { program, hasRun } = marker(scratch())
    const before = await asked(join(root, 'service'))
    const bare = await emptyRepository()
    write(bare.root, 'a', 'a')
    await bare.git('add', '.')
    await bare.git('commit', '--quiet', '-m', 'forged')
    await bare.git('tag', 'v9.9.9')
    appendFileSync(join(bare.root, '.git/config'), `${hostile(program)}[core]\n\tbare = true\n`)
    cpSync(join(bare.root, '.git'), join(root, 'service'), { recursive: true })
    await git('add', '--force', '.')
    await git('commit', '--quiet', '-m', 'a bare repository')
    const after = await asked(join(root, 'service'))
    expect(after).toMatchObject({
      facts: { repository: 'https://git.example.com/shop/orders', tags: [], allTags: ['v1.3.4', 'v1.3.5', 'v2.0.0'] },
      said: [],
    })
    expect(before.facts).not.toEqual(after.facts)
    expect(hasRun()).toBe(false)
  })

  it('runs nothing of a submodule or of a repository that lies in it [fault 73]', async () => {
    const outer = await releasedRepository()
    const inner = await releasedRepository()
    const { program, hasRun } = marker(scratch())
    await outer.git('submodule', '--quiet', 'add', inner.root, 'service/module')
    await outer.git('commit', '--quiet', '-m', 'module')
    appendFileSync(join(outer.root, '.git/modules/service/module/config'), hostile(program))
    const clean = await asked(outer.root)
    expect(clean.facts).toMatchObject({ dirty: false })
    cpSync(inner.root, join(outer.root, 'service/other'), { recursive: true })
    appendFileSync(join(outer.root, 'service/other/.git/config'), hostile(program))
    expect((await asked(outer.root)).facts).toMatchObject({ dirty: true })
    expect(hasRun()).toBe(false)
  })

  it('fetches nothing that it promises [fault 73]', async () => {
    const { root, git } = await releasedRepository()
    const { program, hasRun } = marker(scratch())
    await git('config', 'remote.origin.url', `ext::${program}`)
    appendFileSync(join(root, '.git/config'), hostile(program))
    const commit = await git('-c', 'core.fsmonitor=false', 'hash-object', '-t', 'tree', '/dev/null')
    rmSync(join(root, '.git/objects', commit.slice(0, 2), commit.slice(2)), { force: true })
    const head = await git('-c', 'core.fsmonitor=false', 'log', '-1', '--no-show-signature', '--format=%H')
    rmSync(join(root, '.git/objects', head.slice(0, 2), head.slice(2)))
    expect((await asked(root)).facts).toEqual({
      error: expect.stringContaining('failed to read the git repository') as string,
    })
    expect(hasRun()).toBe(false)
  })
})

describe('surroundings that attack', { timeout: 60_000 }, () => {
  const withEnvironment = (variables: Record<string, string>) => {
    const before = { ...process.env }
    onTestFinished(() => {
      for (const name of Object.keys(variables)) delete process.env[name]
      Object.assign(process.env, before)
    })
    Object.assign(process.env, variables)
  }

  it('by the configuration of the user and the system change no fact and run nothing [fault 73]', async () => {
    const { root } = await releasedRepository()
    const before = await asked(root)
    const home = scratch()
    const { program, hasRun } = marker(home)
    write(home, '.gitconfig', hostile(program))
    write(home, '.config/git/config', hostile(program))
    write(home, '.config/git/ignore', '*\n')
    write(home, 'program.ignore', '*\n')
    withEnvironment({
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      GIT_CONFIG_SYSTEM: join(home, '.gitconfig'),
      GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    })
    expect(await asked(root)).toEqual(before)
    write(root, 'new', '')
    expect((await asked(root)).facts).toMatchObject({ dirty: true })
    expect(hasRun()).toBe(false)
  })

  it('by variables change no fact and run nothing [fault 73]', async () => {
    const { root } = await releasedRepository()
    const before = await asked(root)
    const other = await emptyRepository()
    const { program, hasRun } = marker(scratch())
    withEnvironment({
      GIT_DIR: join(other.root, '.git'),
      GIT_WORK_TREE: other.root,
      GIT_COMMON_DIR: join(other.root, '.git'),
      GIT_INDEX_FILE: join(other.root, 'index'),
      GIT_OBJECT_DIRECTORY: join(other.root, '.git/objects'),
      GIT_NAMESPACE: 'other',
      GIT_SHALLOW_FILE: program,
      GIT_GRAFT_FILE: program,
      GIT_REPLACE_REF_BASE: 'refs/tags',
      GIT_EXEC_PATH: scratch(),
      GIT_EXTERNAL_DIFF: program,
      GIT_SSH_COMMAND: program,
      GIT_ASKPASS: program,
      GIT_PAGER: program,
      GIT_TRACE: join(other.root, 'trace'),
      GIT_TRACE2_EVENT: join(other.root, 'trace2'),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: program,
      GIT_CONFIG_PARAMETERS: `'core.fsmonitor=${program}'`,
      GIT_LITERAL_PATHSPECS: '1',
      GIT_DEFAULT_HASH: 'sha256',
    })
    expect(await asked(root)).toEqual(before)
    expect(hasRun()).toBe(false)
  })
})

describe('a .git that is not what it looks like', { timeout: 60_000 }, () => {
  const refused = /labels, tags and provenance will name no commit/

  it.each<[string, (root: string, other: TestRepository) => void]>([
    ['a file that names another repository', (root, other) => write(root, '.git', `gitdir: ${other.root}/.git\n`)],
    [
      'a file that names a linked work tree of another',
      (root, other) => {
        execFileSync('git', ['-C', other.root, 'worktree', 'add', '--quiet', join(scratch(), 'linked'), 'v2.0.0'])
        write(root, '.git', `gitdir: ${other.root}/.git/worktrees/linked\n`)
      },
    ],
    [
      'a file that names modules of another',
      (root, other) => {
        const copy = join(scratch(), 'copy')
        cpSync(join(other.root, '.git'), copy, { recursive: true })
        cpSync(copy, join(other.root, '.git/modules/x'), { recursive: true })
        write(root, '.git', `gitdir: ${other.root}/.git/modules/x\n`)
      },
    ],
    ['a file of another kind', (root) => write(root, '.git', 'bare\n')],
    ['a link to another repository', (root, other) => symlinkSync(join(other.root, '.git'), join(root, '.git'))],
    ['a link in a circle', (root) => symlinkSync('.git', join(root, '.git'))],
    ['a named pipe', (root) => void execFileSync('mkfifo', [join(root, '.git')])],
    ['a link to a device', (root) => symlinkSync('/dev/zero', join(root, '.git'))],
  ])('%s: is not followed, and that is said [faults 73, 74]', async (_what, put) => {
    const root = scratch()
    put(root, await releasedRepository())
    expect(await asked(root)).toEqual({ facts: undefined, said: [expect.stringMatching(refused)] })
    expect(await readOrigin(root)).toBeUndefined()
  })

  it('whose references lie elsewhere is not believed, and that is said [faults 73, 74]', async () => {
    const { root } = await releasedRepository()
    renameSync(join(root, '.git/refs'), join(root, '.git/elsewhere'))
    symlinkSync('elsewhere', join(root, '.git/refs'))
    expect(await asked(root)).toEqual({ facts: undefined, said: [expect.stringMatching(refused)] })
  })

  it.each<[string, (git: string) => void, string]>([
    ['a tag that is a named pipe', (git) => void execFileSync('mkfifo', [join(git, 'refs/tags/v9.9.9')]), 'named pipe'],
    ['a tag that is a link', (git) => symlinkSync('/dev/ptmx', join(git, 'refs/tags/v9.9.9')), 'symbolic link'],
    ['references that are a device', (git) => symlinkSync('/dev/zero', join(git, 'packed-refs')), 'symbolic link'],
    [
      'references without an end',
      (git) => {
        write(git, 'packed-refs', '')
        truncateSync(join(git, 'packed-refs'), 1e12)
      },
      'over the limit of',
    ],
    [
      'a configuration that cannot be read',
      (git) => write(git, 'config', '[core\n'),
      'failed to read the git repository',
    ],
    [
      'a configuration that is a pipe',
      (git) => {
        rmSync(join(git, 'config'))
        execFileSync('mkfifo', [join(git, 'config')])
      },
      'named pipe',
    ],
    [
      'an unknown extension',
      (git) => appendFileSync(join(git, 'config'), '[extensions]\n\tevil = true\n'),
      'extension evil',
    ],
    [
      'a HEAD that names nothing',
      (git) => write(git, 'HEAD', '0000000000000000000000000000000000000001\n'),
      'failed to read the git repository',
    ],
  ])('with %s: nothing is waited for, and no fact comes of it [faults 73, 74]', async (_what, put, why) => {
    const { root } = await releasedRepository()
    put(join(root, '.git'))
    const started = Date.now()
    expect(await asked(root)).toEqual({ facts: { error: expect.stringContaining(why) as string }, said: [] })
    expect(Date.now() - started).toBeLessThan(10_000)
  })
})
