import type { Directory } from '@dagger.io/dagger'
import { digestOf } from '../../model/index.ts'

/**
 * The source with the prepared Dockerfile added invisibly: the build's steps find only the source's files, including
 * the Dockerfile as it was written. `ignored` is the text of the .dockerignore file.
 */
export function buildContext(
  directory: Directory,
  { text, ignored }: { text: string; ignored: string },
): { directory: Directory; dockerfile: string } {
  const dockerfile = `.loadline-${digestOf(text).slice('sha256:'.length, 'sha256:'.length + 16)}.Dockerfile`
  // The engine first looks for the list beside the Dockerfile, and its last entries win.
  const list = `${ignored.replace(/\n?$/, '\n')}${dockerfile}\n${dockerfile}.dockerignore\n`
  return {
    dockerfile,
    directory: directory.withNewFile(dockerfile, text).withNewFile(`${dockerfile}.dockerignore`, list),
  }
}
