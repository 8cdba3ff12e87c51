import { execFileSync, spawnSync } from 'node:child_process'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { tools } from '../../src/tools/images.ts'
import { version } from '../../src/model/version.ts'
import { filesBelow, read, root } from './source-files.ts'

const typescript = ['src', 'pipelines', 'ci', 'toolchain'].flatMap((room) => filesBelow(room, '.ts'))

/** What runs on the machine of the user. The programs of toolchain/runtime run in containers. */
const hostPrograms = typescript.filter((path) => !path.startsWith('toolchain/runtime/program/'))

/** Files of ours that read or write what no application has put there, and what that is. */
const filesOfItsOwn: Readonly<Record<string, string>> = {
  'src/engine/package-root.ts': 'the files of Loadline itself',
  'src/module/inputs.ts': 'the lock file in the image of the sealed runtime',
  'ci/run/git/own-repository.ts': 'a git directory that it has just made',
  'ci/run/dagger-cli.ts': "the Dagger CLI in Loadline's own cache",
  'ci/run/download.ts': 'a file in a directory that was just made',
  'ci/run/kept-file.ts': "files in Loadline's own cache, by their digests",
  'ci/run/end-children.ts': 'what the kernel says of processes',
  'ci/run/session-log.ts': 'an open descriptor',
  'ci/github/step.ts': 'the files of the runner for this step',
}

/** The calls of a file that start a program, as they are written. */
function startsOf(path: string): string[] {
  if (!/execa|child_process/.test(read(path))) return []
  const found: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && /^(execa|execFile|exec|fork|spawn)(Sync|Node)?$/.test(node.expression.getText()))
      found.push(node.getText())
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true))
  return found
}

describe('laws of the repository', () => {
  it('names files by what is in them', () => {
    expect(
      typescript.filter((path) => /(^|\/)(utils?|helpers?|common|misc|manager|constants|types)\.ts$/.test(path)),
    ).toEqual([])
  })

  it('runs programs by argument list, never by a shell string [fault 42]', () => {
    const shells = typescript.filter((path) =>
      /['"](?:ba|da)?sh['"]\s*,\s*\[?\s*['"]-l?c['"]|shell:\s*true|\bexecSync\(/.test(read(path)),
    )
    expect(shells).toEqual([])
  })

  it('asks the engine for the contents of a file only where its size was asked before', () => {
    const asking = typescript.filter((path) => !path.startsWith('toolchain/') && /\.\s*contents\(\)/.test(read(path)))
    // A scaffold passes over what is larger, and says nothing of it.
    expect(asking).toEqual(['src/engine/read-output.ts', 'src/engine/read-text.ts', 'pipelines/scaffold.ts'])
  })

  it('runs prebuilt JavaScript: no loader of TypeScript is loaded where Loadline runs [fault 73]', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
    expect(Object.keys(dependencies)).not.toContain('tsx')
    const started = ['library.mjs', ...filesBelow('ci', '.mjs'), ...hostPrograms]
    // `loadline test` starts the suite of a checkout, in the directory of the checkout.
    expect(started.filter((path) => /['"]tsx\b|ts-node|--import[='", ]+tsx/.test(read(path)))).toEqual([
      'ci/cli/test.ts',
    ])
  })

  it('looks its own files up in one way, which a bundle keeps', () => {
    expect(hostPrograms.filter((path) => read(path).includes('import.meta'))).toEqual(['src/engine/package-root.ts'])
  })

  it('starts programs where nothing of an application lies, and without variables that name code [fault 73]', () => {
    const unsafe = [...hostPrograms, ...filesBelow('ci', '.mjs')].flatMap((path) =>
      startsOf(path)
        .filter((call) => !call.includes('...ownSurroundings('))
        .map((call) => `${path}: ${call.slice(0, 60)}`),
    )
    // The Dagger CLI of the user, in the directory and with the arguments of the user.
    expect(unsafe.filter((line) => !line.startsWith('ci/cli/dagger.ts: execa(engine.cli'))).toEqual([])
  })

  it('reads and writes files by one reader and one writer, which follow no link that somebody committed [fault 74]', () => {
    const unsafe = ['ci', 'src', 'pipelines']
      .flatMap((room) => filesBelow(room, '.ts'))
      .filter((path) => !path.startsWith('ci/run/files/') && !Object.hasOwn(filesOfItsOwn, path))
      .flatMap((path) =>
        [
          ...read(path).matchAll(
            /import ([^'"]+) from ['"](?:node:)?fs(?:\/promises)?['"]|['"](?:node:)?fs(?:\/promises)?['"]/g,
          ),
        ]
          .flatMap(([whole, names = `{ ${whole} }`]) => names.replaceAll(/[{}]/g, '').split(','))
          .map((name) => name.replace(/^\s*type /, '').trim())
          .filter((name) => name !== '' && !['lstat', 'readdir', 'realpath', 'mkdtemp', 'rm', 'Stats'].includes(name))
          .map((name) => `${path}: ${name}`),
      )
    expect(unsafe).toEqual([])
    for (const path of Object.keys(filesOfItsOwn)) expect(read(path)).toMatch(/['"]node:fs/)
  })

  it('spells published tool images in one file only', () => {
    const repositories = Object.values(tools).map(({ reference }) => reference.split(':')[0] ?? reference)
    const elsewhere = typescript.filter(
      (path) => path !== 'src/tools/images.ts' && repositories.some((repository) => read(path).includes(repository)),
    )
    expect(elsewhere).toEqual([])
  })

  it('reads JSON from outside by one reader, which refuses a key that is there twice', () => {
    const others = {
      'src/model/read-json.ts': 'the reader',
      'src/model/json-in-parts.ts': 'parts of a text whose keys it has looked at as the reader does',
      'src/model/key-sets.ts': 'one escaped key of a document',
      'src/model/document-text.ts': 'a text of its own',
      'src/module/given.ts': "the module's own state",
      'src/module/assessment.ts': "the module's own state",
      'src/attestation/image-claims.ts': 'SBOMs that were read when they were made',
      'src/tools/sandbox/command.ts': 'a profile that was read with the source',
      'src/scaffold/source-document.ts': 'manifests, as their package managers read them',
      'src/formats/dockerfile/instructions.ts': 'an argument of an instruction, in its JSON form',
      'ci/cli/github-action.ts': "GitHub's event, of which one optional field counts",
    }
    const parsing = typescript.filter((path) => !path.startsWith('toolchain/') && read(path).includes('JSON.parse('))
    expect(parsing.toSorted()).toEqual(Object.keys(others).toSorted())
  })

  it('keeps the version in step with package.json', () => {
    expect(version).toBe((JSON.parse(read('package.json')) as { version: string }).version)
  })

  it('pins every dependency exactly', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, range]) => !/^\d+\.\d+\.\d+$/.test(range),
    )
    expect(loose).toEqual([])
  })

  it('keeps the Dagger module at the root as dagger develop likes to change it', () => {
    expect(JSON.parse(read('dagger.json'))).toEqual({
      name: 'loadline',
      engineVersion: 'v0.21.8',
      sdk: { source: 'typescript' },
      // Nine tenths of what would be uploaded, and a change there would make another module of it. The last two are never uploaded, but the CLI would look at each of their files: a second.
      include: ['!.git', '!docs', '!test', '!node_modules', '!dist'],
      source: '.',
    })
    expect(
      (JSON.parse(read('package.json')) as { dependencies: Record<string, string> }).dependencies['@dagger.io/dagger'],
    ).toBe('0.21.8')
  })

  it("gives Dagger's own TypeScript runtime the compiler that it reads a module with at every call", () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >
    // It installs with --omit=dev, and of a package that stands in both lists npm then installs nothing.
    expect(devDependencies).not.toHaveProperty('typescript')
    expect(dependencies).toHaveProperty('typescript')
    // Exactly this version it mounts from its own image, and the rest cannot be installed around the mount.
    expect(dependencies['typescript']).not.toBe('5.9.3')
  })

  it('leaves the core names of Dagger alone and exposes no field called id', () => {
    const core =
      /\bclass (Address|Changeset|Check|Container|Directory|Env|Error|File|Generator|Host|Label|Module|Port|Secret|Service|Stat|Terminal|Up|Workspace)\b/
    const exposed = filesBelow('src', '.ts').filter((path) => /@object\(\)/.test(read(path)))
    expect(exposed.filter((path) => core.test(read(path)) || /^\s+(?:readonly )?id[?:]/m.test(read(path)))).toEqual([])
  })

  it('does nothing on import: Dagger imports every source file at every call', () => {
    const files = filesBelow('src', '.ts').map(
      (path) => `await import(${JSON.stringify(new URL(path, `file://${root}`).href)})`,
    )
    const program = `import { register } from 'tsx/esm/api'\nregister()\n${files.join('\n')}\nconst open = process.getActiveResourcesInfo().filter((kind) => !/^(TTYWrap|PipeWrap|FSReqPromise|MessagePort)$/.test(kind))\nif (open.length > 0) throw new Error('left open: ' + open.join(', '))\n`
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, encoding: 'utf8' })
    expect({ status: run.status, stdout: run.stdout, stderr: run.stderr.replaceAll(/^npm warn.*\n/gm, '') }).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('commits no binary, cache or machine path', () => {
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
    const wrong = files.filter((path) =>
      /(^|\/)(node_modules|loadline-report|__pycache__)\/|\.(pyc|exe|so|db)$/.test(path),
    )
    expect(wrong).toEqual([])
  })
})
