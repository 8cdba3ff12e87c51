import { find, listOf, textOf, type Placed } from '../placed.ts'

/** What a kustomization is made of, as it is written there, relative to its directory. */
export interface KustomizationParts {
  /** Its own generators and the like, each of which can name things in a way of its own, addresses as well. */
  plugins: string[]
  /** Files, or directories with a kustomization of their own. */
  either: string[]
  files: string[]
}

/** The names under which kustomize looks for the file of a directory. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** Reads what a kustomization names. What stands in it as a text of several lines names nothing. Throws `SOURCE` for what has another form. */
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
      // `key=path` is how a generator names a file otherwise than it is called.
      ...generators.map((written) => written.slice(written.indexOf('=') + 1)),
      ...(openapi === undefined ? [] : [textOf(openapi)]),
    ],
  }
}

const isPath = (text: string) => !text.trim().includes('\n')
