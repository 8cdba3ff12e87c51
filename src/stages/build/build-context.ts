import type { Directory } from '@dagger.io/dagger'
import { digestOf } from '../../model/index.ts'

/**
 * The source with a prepared Dockerfile in it, as a build sees neither it nor a trace of it: its steps find the files of the source and no others, the Dockerfile as it was
 * written among them. `ignored` is the text of the file that keeps files from the build.
 */
export function buildContext(
  directory: Directory,
  { text, ignored }: { text: string; ignored: string },
): { directory: Directory; dockerfile: string } {
  const dockerfile = `.loadline-${digestOf(text).slice('sha256:'.length, 'sha256:'.length + 16)}.Dockerfile`
  // The engine looks for the list beside the Dockerfile first, and what stands last in it counts.
  const list = `${ignored.replace(/\n?$/, '\n')}${dockerfile}\n${dockerfile}.dockerignore\n`
  return {
    dockerfile,
    directory: directory.withNewFile(dockerfile, text).withNewFile(`${dockerfile}.dockerignore`, list),
  }
}
