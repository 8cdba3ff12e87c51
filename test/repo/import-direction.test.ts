import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, read } from './source-files.ts'

/** Layers from the inside out. A file imports from its own layer and from those before it. */
const layers: ReadonlyArray<{ name: string; holds: (path: string) => boolean }> = [
  {
    name: 'model',
    holds: (path) =>
      path.startsWith('src/model/') || path === 'src/errors.ts' || path === 'src/version.ts' || path === 'src/log.ts',
  },
  { name: 'policy', holds: (path) => path.startsWith('src/policy/') },
  { name: 'source metadata', holds: (path) => path.startsWith('src/source-metadata/') },
  { name: 'tools', holds: (path) => path.startsWith('src/tools/') },
  { name: 'gate', holds: (path) => /^src\/(gate|attestation|admission|audit|bases|report|scaffold)\//.test(path) },
  { name: 'stages', holds: (path) => path.startsWith('src/stages/') },
  { name: 'pipelines', holds: (path) => path.startsWith('pipelines/') },
  { name: 'faces', holds: (path) => path === 'src/index.ts' || path.startsWith('src/api/') || path.startsWith('ci/') },
]

const sources = [...filesBelow('src', '.ts'), ...filesBelow('pipelines', '.ts'), ...filesBelow('ci', '.ts')].filter(
  (path) => !path.startsWith('ci/sealed/runtime/'),
)

function importsOf(path: string): Array<{ target: string; typeOnly: boolean }> {
  return [...read(path).matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?\bfrom\s+'([^']+)'/gm)].map((match) => ({
    target: match[2]?.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), match[2])) : (match[2] ?? ''),
    typeOnly: match[1] !== undefined,
  }))
}

function layerOf(path: string): number {
  return layers.findIndex(({ holds }) => holds(path))
}

describe('import direction', () => {
  it('knows a layer for every source file', () => {
    expect(sources.filter((path) => layerOf(path) === -1)).toEqual([])
  })

  it('points from the outside in', () => {
    const wrong = sources.flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => layerOf(target) > layerOf(path))
        .map(({ target }) => `${path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('keeps gate, attestation, admission, audit, bases, report and scaffold free of Dagger and files', () => {
    const wrong = sources
      .filter((path) =>
        /^src\/(model|policy|source-metadata|gate|attestation|admission|audit|bases|report|scaffold)\//.test(path),
      )
      .flatMap((path) =>
        importsOf(path)
          .filter(
            ({ target, typeOnly }) =>
              !typeOnly && (target.startsWith('@dagger.io') || /^node:(fs|child_process|net|http)/.test(target)),
          )
          .map(({ target }) => `${path} -> ${target}`),
      )
    expect(wrong).toEqual([])
  })

  it('opens a session with the engine in one place only', () => {
    const opening = sources.filter((path) =>
      /\bimport\s*\{[^}]*\bconnect(?:ion)?\b[^}]*\}\s*from '@dagger\.io\/dagger'/.test(read(path)),
    )
    expect(opening).toEqual(['ci/session.ts'])
  })
})
