import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSourceTree } from '../../../ci/run/read-source-tree.ts'
import { compareFiles } from '../../../ci/run/scaffold-files.ts'
import { writeFiles } from '../../../ci/run/files/write-files.ts'
import { copyOf } from '../scaffold/applications.ts'

const program = fileURLToPath(new URL('../../../ci/loadline.mjs', import.meta.url))
const verdict = fileURLToPath(new URL('../../golden/report/passed/verdict.json', import.meta.url))
const answers = [
  '--target',
  'kubernetes,compose',
  '--compliance',
  'soc2',
  '--repository',
  'https://git.example.com/shop/orders',
]

function application(stack = 'go'): string {
  const directory = copyOf(stack)
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function scaffold(...argv: string[]): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa('node', [program, 'scaffold', ...argv], {
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', npm_command: '', GIT_CEILING_DIRECTORIES: '/' },
  })
  return { exitCode, stdout, stderr }
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** A process of its own for each call: arguments, files and exit code are what is tested. */
describe('loadline scaffold', { timeout: 120_000 }, () => {
  it('writes everything, says so, keeps the answers, and --check then finds nothing', async () => {
    const directory = application()
    const first = await scaffold(directory, ...answers)
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    expect(first.stdout).toMatch(
      /^orders: go, port 8080, health \/healthz, ready \/readyz, metrics \/metrics\n {2}new {7}\.dockerignore\n/,
    )
    expect(existsSync(join(directory, 'deploy/kubernetes/overlays/production/kustomization.yaml'))).toBe(true)
    expect(filesOf(directory).filter((path) => path.endsWith('.part'))).toEqual([])
    expect(await scaffold(directory, '--check')).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining('files match what the scaffold would write') as string,
    })
  })

  it('says with --check that it does not judge what a person lets Compose start beside it', async () => {
    const directory = application()
    await scaffold(directory, ...answers)
    writeFileSync(join(directory, 'compose.override.yaml'), 'services: { orders: { privileged: true } }\n')
    expect(await scaffold(directory, '--check')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(
        'compose.override.yaml can take back what compose.yaml forbids, and is not judged here: "loadline audit"',
      ) as string,
    })
  })

  it('proposes what a measured run changes, and keeps its figures once they are accepted', async () => {
    const directory = application()
    await scaffold(directory, ...answers)
    const before = filesOf(directory).map((path) => readFileSync(path, 'utf8'))
    const proposed = await scaffold(directory, '--from', verdict)
    expect(proposed.exitCode).toBe(2)
    expect(proposed.stdout).toContain('-              memory: 128Mi\n')
    expect(proposed.stdout).toContain('+              memory: 192Mi\n')
    expect(filesOf(directory).map((path) => readFileSync(path, 'utf8'))).toEqual(before)
    expect((await scaffold(directory, '--from', verdict, '--force')).exitCode).toBe(0)
    expect((await scaffold(directory, '--check')).exitCode).toBe(0)
    expect(await scaffold(directory, '--from', join(directory, 'go.mod'))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is not the document of a run') as string,
    })
  })

  it('never writes over a file that differs: shows the difference, writes nothing at all, and takes --force as an answer [fault 72]', async () => {
    const directory = application()
    writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n')
    const before = filesOf(directory)
    const refused = await scaffold(directory, ...answers)
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain('a file exists and differs: Dockerfile. Nothing was written')
    expect(refused.stdout).toContain('--- a/Dockerfile\n+++ b/Dockerfile\n')
    expect(refused.stdout).toContain('\n-FROM scratch\n')
    expect(filesOf(directory)).toEqual(before)
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toBe('FROM scratch\n')
    expect((await scaffold(directory, ...answers, '--force')).exitCode).toBe(0)
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toContain('distroless')
  })

  it('--check reports drift and a file that is missing with exit code 1, and writes nothing', async () => {
    const directory = application()
    await scaffold(directory, ...answers)
    writeFileSync(
      join(directory, 'compose.yaml'),
      readFileSync(join(directory, 'compose.yaml'), 'utf8').replace('read_only: true', 'read_only: false'),
    )
    rmSync(join(directory, 'structure-test.yaml'))
    const drift = await scaffold(directory, '--check')
    expect(drift.exitCode).toBe(1)
    expect(drift.stdout).toContain('-    read_only: false\n+    read_only: true\n')
    expect(drift.stdout).toContain('--- /dev/null\n+++ b/structure-test.yaml\n')
    expect(drift.stderr).toContain('2 of ')
    expect(existsSync(join(directory, 'structure-test.yaml'))).toBe(false)
  })

  it('--check accepts the digest of a release, and writing again keeps it', async () => {
    const directory = application()
    await scaffold(directory, ...answers)
    const path = join(directory, 'deploy/kubernetes/overlays/production/kustomization.yaml')
    const released = readFileSync(path, 'utf8').replace('0'.repeat(64), 'a'.repeat(64))
    writeFileSync(path, released)
    expect((await scaffold(directory, '--check')).exitCode).toBe(0)
    const again = await scaffold(directory)
    expect(again).toMatchObject({ exitCode: 0, stderr: '' })
    expect(again.stdout).toContain('  filled    deploy/kubernetes/overlays/production/kustomization.yaml\n')
    expect(readFileSync(path, 'utf8')).toBe(released)
  })

  it('asks nothing without a terminal, and says what is missing', async () => {
    const { exitCode, stderr } = await scaffold(application(), '--target', 'ecs')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(
        'expected which rules bind it (--compliance: hipaa, pci-dss, soc2, internal), found no answer',
      ) as string,
    })
  })

  it('--output leaves the source alone', async () => {
    const directory = application()
    const output = application('rust')
    const before = filesOf(directory)
    expect((await scaffold(directory, ...answers, '--output', join(output, 'two words'))).exitCode).toBe(0)
    expect(filesOf(directory)).toEqual(before)
    expect(existsSync(join(output, 'two words', 'Dockerfile'))).toBe(true)
  })
})

describe('a source tree', () => {
  it('is read without following links, and refuses one in place of what describes the application [fault 41]', async () => {
    const directory = application()
    symlinkSync('/etc', join(directory, 'elsewhere'))
    symlinkSync('.', join(directory, 'circle'))
    expect((await readSourceTree(directory)).paths).toEqual(['go.mod', 'go.sum', 'internal/store/store.go', 'main.go'])
    symlinkSync('/etc/passwd', join(directory, 'package-lock.json'))
    await expect(readSourceTree(directory)).rejects.toThrow(
      'expected a regular file, found a link at package-lock.json',
    )
  })

  it('may have ten thousand files', async () => {
    const directory = application()
    mkdirSync(join(directory, 'many'))
    for (let index = 0; index < 10_000; index += 1) writeFileSync(join(directory, 'many', `${index}.txt`), '')
    const { paths, texts } = await readSourceTree(directory)
    expect(paths).toHaveLength(10_004)
    expect([...texts.keys()]).toEqual(['go.mod', 'go.sum', 'internal/store/store.go', 'main.go'])
  })

  it('is a directory', async () => {
    await expect(readSourceTree('/nowhere/at/all')).rejects.toThrow(
      'expected a source directory, found nothing at /nowhere/at/all',
    )
  })
})

describe('files of a scaffold', () => {
  it('are not written through a link [fault 41]', async () => {
    const directory = application()
    symlinkSync('/tmp', join(directory, 'deploy'))
    await expect(compareFiles(directory, { 'deploy/seccomp.json': '{}' })).rejects.toThrow(
      'cannot write deploy/seccomp.json: found a link at deploy',
    )
  })

  it('come all or not at all: where one cannot be written, nothing is left', async () => {
    const directory = application()
    writeFileSync(join(directory, 'taken'), '')
    const before = filesOf(directory)
    await expect(writeFiles(directory, { 'a.txt': 'a', 'taken/b.txt': 'b' }, 'the scaffold')).rejects.toThrow(
      'failed to write the scaffold',
    )
    expect(filesOf(directory)).toEqual(before)
  })

  it('shows what another command writes, also where only a remark differs', async () => {
    const directory = application()
    writeFileSync(join(directory, 'loadline.yaml'), 'version: 1\n')
    const [compared] = await compareFiles(directory, {
      'loadline.yaml': 'version: 1\n# runtime: {tmpfs: [/var/run]}\n',
    })
    expect(compared).toMatchObject({ state: 'changed', diff: expect.stringContaining('+# runtime') as string })
  })

  it('have a directory in their place: said, not overwritten', async () => {
    const directory = application()
    mkdirSync(join(directory, 'Dockerfile'))
    await expect(compareFiles(directory, { Dockerfile: 'FROM scratch\n' })).rejects.toThrow(
      'expected a file or nothing at Dockerfile, but it cannot be read (EISDIR)',
    )
  })
})
