// Makes plain JavaScript of Loadline: `node ci/bundle.mjs DIRECTORY`. A program of its own, so that it has surroundings of its own: esbuild runs what a variable names.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** What is started or imported from outside; each becomes a file of its name. Whatever these import lazily stays a file of its own. */
const entryPoints = { cli: 'ci/cli/main.ts', library: 'ci/library.ts' }

/**
 * Makes plain JavaScript of Loadline with everything that it imports, in `directory`, which must lie two levels below `root`: `src/engine/package-root.ts` counts on it.
 * Nothing outside of `root` has a say: compiler options, the working directory and NODE_PATH are spelled out here.
 */
async function bundle(root, directory) {
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

/** The SDK reads the types of modules with the TypeScript compiler, which no command of ours asks it to: 11 MB. */
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

await bundle(fileURLToPath(new URL('..', import.meta.url)), process.argv[2])
