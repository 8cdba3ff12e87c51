import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type BuildOptions, type Loader, type Plugin } from 'esbuild'
import { bindings } from './bindings.ts'

/** The SDK of the runtime, wherever a module imports it from: there may be one only, for it holds the session. */
const sdk = join(import.meta.dirname, '..', 'node_modules', '@dagger.io', 'dagger', 'dist', 'src')

const sdkEntries: Record<string, string> = {
  '@dagger.io/dagger': join(sdk, 'index.js'),
  '@dagger.io/dagger/telemetry': join(sdk, 'telemetry', 'index.js'),
}

const loaders: Record<string, Loader> = {
  ts: 'ts',
  mts: 'ts',
  cts: 'ts',
  tsx: 'tsx',
  js: 'js',
  mjs: 'js',
  cjs: 'js',
  jsx: 'jsx',
}

/**
 * Bundles `call.mjs` and `register.mjs` into `output`: this runtime's programs with the `files` of the module in `root`, their
 * dependencies and the SDK. Paths that code asks for (`import.meta.url`, `__dirname`) stay those of the original files.
 */
export async function bundleModule(root: string, files: readonly string[], output: string): Promise<void> {
  await build({
    entryPoints: ['call', 'register'].map((name) => join(import.meta.dirname, `${name}.ts`)),
    outdir: output,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'warning',
    legalComments: 'none',
    keepNames: true,
    define: {
      'import.meta.url': '__original_url',
      'import.meta.filename': '__original_path',
      'import.meta.dirname': '__original_folder',
      __filename: '__original_path',
      __dirname: '__original_folder',
    },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire('file:///prepared/');",
    },
    ...compilerOptions(root),
    plugins: [
      sdkOfTheRuntime,
      clientWithBindings,
      withoutCompiler,
      withoutTelemetry,
      moduleFiles(files),
      originalPaths,
    ],
  })
}

/** A module's own tsconfig.json counts, as in Dagger's runtime; without one, decorators are those that the SDK is written for. */
function compilerOptions(root: string): Pick<BuildOptions, 'tsconfig' | 'tsconfigRaw'> {
  const tsconfig = join(root, 'tsconfig.json')
  return existsSync(tsconfig)
    ? { tsconfig }
    : { tsconfigRaw: { compilerOptions: { experimentalDecorators: true, target: 'es2022' } } }
}

const sdkOfTheRuntime: Plugin = {
  name: 'sdk-of-the-runtime',
  setup({ onResolve }) {
    onResolve({ filter: /^@dagger\.io\/dagger(\/|$)/ }, ({ path }) => {
      const entry = sdkEntries[path]
      return entry === undefined
        ? { errors: [{ text: `${path} is not an export of @dagger.io/dagger` }] }
        : { path: entry }
    })
  },
}

const clientWithBindings: Plugin = {
  name: 'client-with-bindings',
  setup({ onResolve }) {
    onResolve({ filter: /\/client\.gen\.js$/ }, ({ importer }) =>
      bindings !== undefined && importer.startsWith(sdk) ? { path: bindings } : undefined,
    )
  },
}

/** The SDK reads types with the TypeScript compiler. That is done before a call, so calls do without its 9 MB. */
const withoutCompiler: Plugin = {
  name: 'without-compiler',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^typescript$/ }, ({ importer }) =>
      importer.startsWith(sdk) ? { path: 'typescript', namespace: 'absent' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
      contents: 'export default { SyntaxKind: {}, TypeFlags: {}, ObjectFlags: {}, ModifierFlags: {} }',
    }))
  },
}

const withoutTelemetry: Plugin = {
  name: 'without-telemetry',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/init\.js$/ }, ({ importer }) =>
      importer === join(sdk, 'telemetry', 'telemetry.js')
        ? { path: join(import.meta.dirname, 'telemetry-off.ts') }
        : undefined,
    )
  },
}

function moduleFiles(files: readonly string[]): Plugin {
  return {
    name: 'module-files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^module:files$/ }, ({ path }) => ({ path, namespace: 'module-files' }))
      onLoad({ filter: /.*/, namespace: 'module-files' }, () => ({
        contents: [
          ...files.map((file, index) => `import * as file${index} from ${JSON.stringify(file)}`),
          `export const namespaces = [${files.map((_file, index) => `file${index}`).join(', ')}]`,
        ].join('\n'),
        resolveDir: dirname(files[0] ?? '/'),
      }))
    },
  }
}

const originalPaths: Plugin = {
  name: 'original-paths',
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
      const code = await readFile(path, 'utf8')
      const loader = loaders[path.slice(path.lastIndexOf('.') + 1)] ?? 'js'
      if (!/import\.meta|__filename|__dirname/.test(code)) return { contents: code, loader }
      // On the first line, so that line numbers stay; a directive or a hash-bang has to stay first, and neither needs the paths.
      if (/^(#!|['"]use strict)/.test(code))
        return { contents: insertAfterFirstLine(code, originalNames(path)), loader }
      return { contents: originalNames(path) + code, loader }
    })
  },
}

function originalNames(path: string): string {
  const names = { __original_url: pathToFileURL(path).href, __original_path: path, __original_folder: dirname(path) }
  return `const ${Object.entries(names)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join(', ')};`
}

function insertAfterFirstLine(code: string, inserted: string): string {
  const end = code.indexOf('\n') + 1
  return end === 0 ? code : code.slice(0, end) + inserted + code.slice(end)
}
