import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runAudit } from '../../../../ci/cli/audit.ts'
import { auditFiles } from '../../../../ci/run/audit-files.ts'
import { audit } from '../../../../pipelines/audit.ts'
import { now } from '../../audit/audit-of.ts'
import { read, root as repository } from '../../../repo/source-files.ts'
import type { Audit } from '../../../../src/audit/index.ts'
import { renderJson } from '../../../../src/report/index.ts'
import { passedRun } from '../../report/runs.ts'
import { execa } from 'execa'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'loadline audit '))
})
afterAll(async () => rm(directory, { recursive: true }))

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: "a:1"}]}\n'

/** A tree of these files below the scratch directory. */
async function tree(name: string, files: Record<string, string | Buffer>): Promise<string> {
  const root = join(directory, name)
  await mkdir(root)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

describe('files of a tree', () => {
  it('are found below a path with spaces; hidden directories, and those of others, are left alone', async () => {
    const root = await tree('with spaces', {
      '.github/workflows/ci.yaml': '{{ no yaml',
      'node_modules/a/Dockerfile': 'FETCH',
      'vendor/a/Dockerfile': 'FETCH',
      'a b/Dockerfile': 'FROM scratch\n',
      'values.yaml': 'replicas: 3\n',
      'compose.yaml': 'services:\n  web:\n    image: a:1.0.0\n',
    })
    const document = await audit({ ...(await auditFiles([root])), now })
    const below = ({ path }: { path: string }) => path.slice(root.length + 1)
    expect(document.inputs.map(below)).toEqual(['a b/Dockerfile', 'compose.yaml'])
    expect(document.passedOver.map(below)).toEqual(['values.yaml'])
  })

  it('that are build files of people in hidden directories are named, and those of programs are not [fault 96]', async () => {
    const root = await tree('hidden', {
      Dockerfile: 'FROM scratch\n',
      '.devcontainer/Dockerfile': 'FROM scratch\n',
      '.devcontainer/docker-compose.yml': 'services: {}\n',
      '.devcontainer/settings.yaml': pod,
      'a/.docker/b/web.Dockerfile': 'FROM scratch\n',
      '.git/Dockerfile': 'FROM scratch\n',
      '.venv/lib/Dockerfile': 'FROM scratch\n',
    })
    const { files, passedOver } = await auditFiles([root])
    expect(files.map(({ below }) => below)).toEqual(['.devcontainer/settings.yaml', 'Dockerfile'])
    expect(passedOver).toEqual(
      ['.devcontainer/Dockerfile', '.devcontainer/docker-compose.yml', 'a/.docker/b/web.Dockerfile'].map((path) => ({
        path: join(root, path),
        reason: 'in a hidden directory: name it to have it judged',
      })),
    )
    expect((await auditFiles([join(root, '.devcontainer')])).files).toHaveLength(3)
  })

  it('that are bytes or too large say so, and those only called like a Dockerfile are passed over with the reason [fault 96]', async () => {
    const root = await tree('bytes', {
      Dockerfile: 'FROM scratch\n',
      'a.yaml': Buffer.from([0, 1, 2]),
      'docs/dockerfile.png': Buffer.from([0x89, 0x50, 0, 0]),
      'src/dockerfile.ts': 'export {}',
      'Dockerfile.j2': 'FROM {{ base }}',
      'dump.yaml': Buffer.alloc(16 * 1_048_576 + 1, 'a'),
    })
    const { files, passedOver, open } = await auditFiles([root])
    expect(Object.fromEntries(files.map(({ below, fault }) => [below, fault?.reason ?? '']))).toEqual({
      Dockerfile: '',
      'a.yaml': 'expected UTF-8 text, found binary data',
      'dump.yaml': expect.stringContaining('over the limit of 16777216') as string,
      'src/dockerfile.ts': '',
    })
    expect(files.filter(({ fault }) => fault !== undefined).every(({ text }) => text === '')).toBe(true)
    expect(Object.fromEntries(passedOver.map(({ path, reason }) => [path.slice(root.length + 1), reason]))).toEqual({
      'Dockerfile.j2': 'a template of a Dockerfile',
      'docs/dockerfile.png': 'not a Dockerfile, judging by its extension',
    })
    await expect(open(join(root, 'a.yaml'))).rejects.toMatchObject({ code: 'SOURCE' })
    for (const name of ['a.yaml', 'docs/dockerfile.png', 'dump.yaml'])
      await expect(auditFiles([join(root, name)])).rejects.toMatchObject({ code: 'SOURCE' })
  })

  it('that are too large are not clean where their words start containers, wherever these stand [fault 96]', async () => {
    const filler = Buffer.alloc(17 * 1_048_576, `#${'x'.repeat(62)}\n`)
    const root = await tree('large', {
      'end.yaml': Buffer.concat([filler, Buffer.from(pod)]),
      'middle.json': Buffer.concat([filler, Buffer.from('{"family": "f", "containerDefinitions": []}'), filler]),
      'services.yml': Buffer.concat([filler, Buffer.from('services:\n  a:\n    image: b\n')]),
      'two bytes.yaml': Buffer.concat([filler, Buffer.from(pod, 'utf16le')]),
      'data.json': filler,
    })
    // The first word is at the end of one part and the start of the next.
    const before = `${String(filler.subarray(0, 1_048_576 - 5))}\n`
    await writeFile(join(root, 'between.yaml'), `${before}${pod}${String(filler)}`)
    const document = await audit({ ...(await auditFiles([root])), now, allowEmpty: true })
    expect(document.unread.map(({ path }) => path.slice(root.length + 1))).toEqual([
      'between.yaml',
      'end.yaml',
      'middle.json',
      'services.yml',
      'two bytes.yaml',
    ])
    expect(document.passedOver.map(({ path }) => path.slice(root.length + 1))).toEqual(['data.json'])
  })

  it('that are bytes are not read without end either', async () => {
    const bytes = Buffer.concat([Buffer.alloc(16 * 1_048_576 - 1, 'a'), Buffer.alloc(1)])
    const root = await tree('links to bytes', { Dockerfile: 'FROM scratch\n', 'a.yaml': bytes })
    for (let number = 0; number < 32; number++) await symlink('a.yaml', join(root, `${number}.yaml`))
    await expect(auditFiles([root])).rejects.toThrow(/expected at most .* 512 MiB/)
  })

  it('that are manifests under another name are named, and read where they are named [fault 96]', async () => {
    const service = 'services:\n  a:\n    image: a:1.0.0\n'
    const root = await tree('odd', {
      Dockerfile: 'FROM scratch\n',
      manifest: `# a\n---\n${pod}`,
      'web.yaml.disabled': pod,
      'old/compose.yml.bak': service,
      'pod.txt': JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec: { containers: [] } }),
      'notes.txt': `To deploy:\n${pod}`,
      deploy: `#!/bin/sh\nkubectl apply -f - <<E\n${pod}E\n`,
      Makefile: 'a: b\n\techo services: image:\n',
      'values.yaml.gotmpl': `{{ a }}\n${pod}`,
      program: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]),
      'big.txt': Buffer.alloc(1_048_577, 'a'),
    })
    await symlink(join(directory, 'nowhere'), join(root, 'link'))
    await execa('mkfifo', [join(root, 'pipe')])
    const { files, passedOver } = await auditFiles([root])
    expect(files.map(({ below }) => below)).toEqual(['Dockerfile'])
    expect(passedOver.map(({ path, reason }) => `${path.slice(root.length + 1)}: ${reason}`).toSorted()).toEqual([
      'manifest: a manifest by its text, and not by its name: name it to have it judged',
      'old/compose.yml.bak: a manifest by its text, and not by its name: name it to have it judged',
      'pod.txt: a manifest by its text, and not by its name: name it to have it judged',
      'values.yaml.gotmpl: a template',
      'web.yaml.disabled: a manifest by its text, and not by its name: name it to have it judged',
    ])
    for (const name of ['manifest', 'web.yaml.disabled', 'old/compose.yml.bak'])
      expect(await audit({ ...(await auditFiles([join(root, name)])), now })).toMatchObject({
        judged: { containers: 1 },
      })
  })

  it('are never read through a link that leads out; linked directories are not followed', async () => {
    const root = await tree('links', { Dockerfile: 'FROM scratch\n', 'inside.yaml': pod })
    await writeFile(join(directory, 'outside.yaml'), pod)
    await symlink(directory, join(root, 'loop'))
    await symlink(join(directory, 'outside.yaml'), join(root, 'compose.yaml'))
    await symlink('inside.yaml', join(root, 'linked.yaml'))
    await symlink('nowhere', join(root, 'broken.yaml'))
    await mkdir(join(root, 'sub'))
    await symlink('sub', join(root, 'below'))
    await symlink(directory, join(root, 'node_modules'))
    await execa('mkfifo', [join(root, 'pipe.yaml'), join(root, 'pipe.txt')])
    const { files, passedOver, open } = await auditFiles([root])
    expect(files.map(({ below }) => below)).toEqual(['Dockerfile', 'inside.yaml', 'linked.yaml'])
    expect(passedOver.map(({ path, reason }) => `${path.slice(root.length + 1)}: ${reason}`).toSorted()).toEqual([
      'broken.yaml: a link that leads nowhere',
      expect.stringMatching(/^compose.yaml: .* outside the audited paths/) as string,
      'loop: a link to a directory outside the audited paths: name it to have it judged',
      'pipe.yaml: neither a file nor a directory',
    ])
    await expect(open(join(root, 'compose.yaml'))).rejects.toMatchObject({ code: 'SOURCE' })
    await expect(auditFiles([join(root, 'compose.yaml')])).rejects.toMatchObject({ code: 'SOURCE' })
  })

  it('are read in UTF-16 where they have a byte order mark and are no Dockerfile', async () => {
    const two = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')
    const root = await tree('utf-16', { 'a.yaml': two(pod), 'b.yaml': two(pod).swap16(), Dockerfile: two('FROM a') })
    const { files } = await auditFiles([root])
    expect(files.map(({ below, text, fault }) => [below, fault?.reason ?? text])).toEqual([
      ['Dockerfile', 'expected UTF-8 text, found binary data'],
      ['a.yaml', pod],
      ['b.yaml', pod],
    ])
  })

  it('are walked where there are ten thousand of them, and more than a thousand are read', async () => {
    const root = await tree('many', { 'z/Dockerfile': 'FROM scratch\n' })
    for (let index = 0; index < 10_000; index++) await writeFile(join(root, `${index}.txt`), '')
    for (let index = 0; index < 1_100; index++) await writeFile(join(root, `${index}.yaml`), 'a: 1\n')
    const { files } = await auditFiles([root])
    expect(files).toHaveLength(1_101)
  })

  it('that were named once and found once are named', async () => {
    const root = await tree('twice', { 'a.yaml': pod })
    expect((await auditFiles([root, join(root, 'a.yaml')])).files.map(({ named }) => named)).toEqual([true])
  })
})

describe('loadline audit', () => {
  const run = async (paths: string[], options: Partial<Parameters<typeof runAudit>[1]> = {}) => {
    const [out, error] = [
      vi.spyOn(process.stdout, 'write').mockReturnValue(true),
      vi.spyOn(process.stderr, 'write').mockReturnValue(true),
    ]
    try {
      const code = await runAudit(paths, { json: true, ...options } as Parameters<typeof runAudit>[1])
      return { code, out: out.mock.calls.join(''), error: error.mock.calls.join('') }
    } finally {
      out.mockRestore()
      error.mockRestore()
    }
  }

  it('says 3 if nothing was judged, what was met, and what to do; 0 where that is meant [fault 97]', async () => {
    const root = await tree('empty', { 'a.yaml': 'a: 1\n' })
    const { code, error } = await run([root])
    expect(code).toBe(3)
    expect(error).toContain('nothing was judged: no Dockerfile and no container was found; 1 files were skipped')
    expect(error).toContain('--allow-empty')
    expect(await run([root], { allowEmpty: true })).toMatchObject({ code: 0, error: '' })
  })

  it('says 3, with file and line, where something that is deployed could not be read [fault 96]', async () => {
    const root = await tree('partly', {
      Dockerfile: 'FROM scratch\nUSER 7\nHEALTHCHECK CMD ["/a"]\n',
      'compose.yaml': 'services: [\n',
    })
    const output = join(directory, 'report')
    const { code, error } = await run([root], { output })
    expect(code).toBe(3)
    expect(error).toContain('compose.yaml:')
  })

  it('writes nothing where a file that was named cannot be read', async () => {
    const root = await tree('named', { Dockerfile: 'FROM scratch\n', 'compose.yaml': 'services: [\n' })
    const output = join(directory, 'none')
    await expect(run([join(root, 'Dockerfile'), join(root, 'compose.yaml')], { output })).rejects.toMatchObject({
      code: 'SOURCE',
    })
    await expect(auditFiles([output])).rejects.toMatchObject({ message: expect.stringContaining('ENOENT') as string })
  })
})

describe('the commands of the README and of the page', () => {
  const pages = read('README.md') + read('docs/audit.md')
  // Those that name files; a `docker run` line is another input.
  const commands = [
    ...new Set([...pages.matchAll(/^npm run loadline -- audit ([^-].*)$/gm)].map(([, words = '']) => words)),
  ]
  const audited = async (words: string, cwd: string) => {
    const { stdout, stderr, exitCode } = await execa(
      'node',
      [join(repository, 'ci', 'loadline.mjs'), 'audit', ...words.split(' '), '--json'],
      { cwd, reject: false },
    )
    return { document: JSON.parse(stdout || stderr) as Audit, exitCode }
  }

  it('are there, and one is of this very checkout, whose bad examples fail', { timeout: 120_000 }, async () => {
    expect(commands).toContain('.')
    expect(commands.length).toBeGreaterThan(1)
    const { document, exitCode } = await audited('.', repository)
    expect({ unread: document.unread, unjudged: document.unjudged, exitCode }).toEqual({
      unread: [],
      unjudged: [],
      exitCode: 1,
    })
    expect(document.judged.dockerfiles).toBeGreaterThan(2)
    expect(document.judged.containers).toBeGreaterThan(50)
  })

  it.each(commands)('audit %s, in the tree of an application', { timeout: 60_000 }, async (words) => {
    const root = await tree(`application ${commands.indexOf(words)}`, {
      Dockerfile: read('examples/node-service/Dockerfile'),
      'compose.yaml': 'services:\n  web:\n    image: ghcr.io/acme/shop:1.4.0\n    privileged: true\n',
      'loadline.yaml': 'version: 1\n',
      'loadline-report/verdict.json': renderJson(passedRun()),
    })
    const { document, exitCode } = await audited(words, root)
    expect(exitCode).toBe(1)
    expect(document.inputs.map(({ path }) => path)).toContain('compose.yaml')
    expect(document.controls.find(({ id }) => id === 'cis-5.5')?.status).toBe('fail')
  })
})
