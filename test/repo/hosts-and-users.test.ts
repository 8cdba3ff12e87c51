import { expect, it } from 'vitest'
import { filesBelow, read } from './source-files.ts'

it("no platform is anybody's default: a host of another architecture has its own [fault 94]", () => {
  const named = ['src', 'pipelines', 'ci']
    .flatMap((folder) => filesBelow(folder, '.ts'))
    // The list of every platform that an audit, which has no engine, looks at, and the packages of each that crun comes from.
    .filter((path) => !['src/formats/dockerfile/platforms.ts', 'src/engine/oci-runtime.ts'].includes(path))
    .flatMap((path) =>
      read(path)
        .split('\n')
        .filter((line) => /['"`]linux\/(amd64|arm64)['"`]/.test(line) && !/\.describe\(|e\.g\./.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
  expect(named).toEqual([])
})

it('secrets are mounted for the user who reads them, in one place [fault 88]', () => {
  const mounting = ['src', 'pipelines', 'ci']
    .flatMap((folder) => filesBelow(folder, '.ts'))
    .filter((path) => read(path).includes('.withMountedSecret('))
  expect(mounting).toEqual(['src/engine/mount-secret.ts'])
})
