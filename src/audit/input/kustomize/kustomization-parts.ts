import { find, listOf, textOf, type Placed } from '../placed.ts'

/** What a kustomization refers to, as written, relative to its directory. */
export interface KustomizationParts {
  /** Generators and other plugins, each of which can refer to things, including URLs, in its own way. */
  plugins: string[]
  /** Files, or directories with their own kustomization. */
  either: string[]
  files: string[]
}

/** The file names that kustomize looks for in a directory. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/**
 * Reads what a kustomization refers to. Multi-line text in it refers to nothing. Throws `SOURCE` for any other form.
 */
export function kustomizationParts(kustomization: Placed): KustomizationParts {
  const texts = (key: string) => listOf(find(kustomization, key)).map(textOf).filter(isPath)
  const inMaps = (key: string, ...names: string[]) =>
    listOf(find(kustomization, key)).flatMap((entry) =>
      names.flatMap((name) => {
        const found = find(entry, name)
        return found === undefined ? [] : (Array.isArray(found.value) ? found.value : [found]).map(textOf)
      }),
    )
  const generators = ['configMapGenerator', 'secretGenerator'].flatMap((key) => inMaps(key, 'files', 'envs', 'env'))
  const openapi = find(kustomization, 'openapi', 'path')
  return {
    plugins: ['generators', 'transformers', 'validators'].filter((key) => listOf(find(kustomization, key)).length > 0),
    either: ['resources', 'bases', 'components'].flatMap(texts),
    files: [
      ...['crds', 'configurations', 'patchesStrategicMerge'].flatMap(texts),
      ...['patches', 'patchesJson6902', 'replacements'].flatMap((key) => inMaps(key, 'path')),
      // With `key=path`, a generator gives a file a different name.
      ...generators.map((written) => written.slice(written.indexOf('=') + 1)),
      ...(openapi === undefined ? [] : [textOf(openapi)]),
    ],
  }
}

const isPath = (text: string) => !text.trim().includes('\n')
