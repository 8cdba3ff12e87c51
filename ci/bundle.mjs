// Bundles Loadline into plain JavaScript: `node ci/bundle.mjs DIRECTORY`. A file named after it is bundled instead: a
// benchmark runs as the product does. A separate program with a clean environment, because esbuild runs what a variable names.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Each becomes a file of its name. Whatever they import lazily becomes a separate file. */
const faces = { cli: 'ci/cli/main.ts', library: 'ci/library.ts' }

/**
 * Bundles Loadline and everything it imports into `directory`, which must be two levels below `root`:
 * `src/engine/package-root.ts` relies on that. Nothing outside `root` has a say: compiler options, the working
 * directory and NODE_PATH are set here.
 */
async function bundle(root, directory, entryPoints) {
  await build({
    absWorkingDir: root,
    nodePaths: [],
    tsconfigRaw: { compilerOptions: { target: 'ES2022', experimentalDecorators: true, verbatimModuleSyntax: true } },
    entryPoints,
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    minifyWhitespace: true,
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [withoutCompiler, withoutTelemetry],
  })
}

/** The SDK reads module types with the TypeScript compiler, 11 MB that no command of ours needs. */
const withoutCompiler = {
  name: 'without-compiler',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^typescript$/ }, () => ({ path: 'typescript', namespace: 'absent' }))
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
      contents: 'export default { SyntaxKind: {}, TypeFlags: {}, ObjectFlags: {}, ModifierFlags: {} }',
    }))
  },
}

/** The SDK's own traces, 2 MB that take a third of a second to load. The Dagger CLI, which does the work, sends its traces as before. */
const withoutTelemetry = {
  name: 'without-telemetry',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/init\.js$/ }, ({ importer }) =>
      /@dagger\.io[\\/]dagger[\\/]dist[\\/]src[\\/]telemetry[\\/]/.test(importer)
        ? { path: 'telemetry', namespace: 'silent' }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'silent' }, () => ({
      contents: 'export class DaggerOtelConfigurator { initialize() {} async close() {} }',
    }))
  },
}

const [directory, file] = process.argv.slice(2)
await bundle(fileURLToPath(new URL('..', import.meta.url)), directory, file === undefined ? faces : [file])
