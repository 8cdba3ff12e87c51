import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { moduleBindings } from './module-bindings.ts'
import { filesBelow, read, root } from './source-files.ts'

const consumer = 'examples/dagger-module/src/index.ts'

/** What the compiler says of the consumer's module, with the bindings that the SDK would make of Loadline. */
function remarksOn(text: string): string[] {
  const written = new Map([
    [join(root, consumer), text],
    [join(root, 'examples/dagger-module/bindings.ts'), moduleBindings('Loadline')],
  ])
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    experimentalDecorators: true,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.getSourceFile = (path, ...rest) =>
    written.has(path)
      ? ts.createSourceFile(path, written.get(path) ?? '', ts.ScriptTarget.ES2022, true)
      : getSourceFile(path, ...rest)
  host.fileExists = (path) => written.has(path) || fileExists(path)
  host.readFile = (path) => written.get(path) ?? readFile(path)
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...written.keys()], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

describe('the module that calls Loadline', () => {
  it('calls functions that there are, with arguments that they have', () => {
    expect(remarksOn(read(consumer))).toEqual([])
  })

  it('would not compile with a function or an argument that there is not', () => {
    expect(remarksOn(read(consumer).replace('.passed()', '.blessed()')).join('\n')).toContain(
      "Property 'blessed' does not exist on type 'LoadlineAssessment'",
    )
    expect(remarksOn(read(consumer).replace('{ version, label:', '{ version, labels:')).join('\n')).toContain('labels')
  })

  it("depends on this repository's module", () => {
    const { dependencies, engineVersion } = JSON.parse(read('examples/dagger-module/dagger.json')) as {
      dependencies: Array<{ source: string }>
      engineVersion: string
    }
    expect(dependencies).toEqual([{ name: 'loadline', source: '../..' }])
    expect(engineVersion).toBe((JSON.parse(read('dagger.json')) as { engineVersion: string }).engineVersion)
  })
})

/** Options of `dagger call` itself, in version 0.21.8 (its cmd/dagger: main.go, module.go, functions.go). */
const optionsOfDagger = new Set(
  `allow-llm auto-apply cloud debug dot-focus-field dot-output dot-show-internal eager-runtime help interactive interactive-command json lock mod no-exit no-mod output progress quiet
  scale-out silent verbose web workdir x-release`.split(/\s+/),
)

describe('an argument', () => {
  it('has no name that dagger call takes for an option of its own', () => {
    const names = [...moduleBindings('Loadline').matchAll(/[({,;] ?(\w+)\??: /g)].map(([, name = '']) =>
      name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    )
    expect(names).toEqual(expect.arrayContaining(['source', 'build-arg', 'cache-scope', 'lock-file']))
    expect(names.filter((name) => optionsOfDagger.has(name))).toEqual([])
  })
})

describe('a function that builds', () => {
  it('takes build arguments, as the command line does', () => {
    const bindings = moduleBindings('Loadline')
    const building = [
      'buildAndScan',
      'assess',
      'build',
      'scan',
      'structureTest',
      'sbom',
      'size',
      'runtimeProof',
      'bases',
      'repair',
    ]
    for (const name of building)
      expect(bindings).toMatch(new RegExp(`^    ${name}\\(source: Directory, .*buildArg\\?: string\\[\\]`, 'm'))
  })
})

describe('what Dagger runs by itself', () => {
  const methods = ['src/index.ts', ...filesBelow('src/module', '.ts')].flatMap((path) =>
    [...read(path).matchAll(/@(check|generate)\(\)\n +async (\w+)\(([^]*?)\): Promise/g)].map(
      ([, kind, name, signature]) => ({
        kind,
        name,
        signature: signature?.replaceAll(/\s+/g, ' ').trim(),
      }),
    ),
  )

  it('is the gate, the controls and the scaffold', () => {
    expect(methods.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'check gate',
      'check controls',
      'generate rescaffold',
    ])
  })

  it('needs no argument: Dagger passes over what does', () => {
    for (const { name, signature } of methods)
      expect(signature, name).toMatch(/^@argument\(\{ defaultPath: '\/', [^}]*\}\) source: Directory,?$/)
  })
})
