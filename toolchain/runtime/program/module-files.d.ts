/** The module's own files, put in by `bundleModule`: what each of them exports. */
declare module 'module:files' {
  export const namespaces: ConstructorParameters<
    typeof import('../node_modules/@dagger.io/dagger/dist/src/module/executor.js').Executor
  >[0]
}
