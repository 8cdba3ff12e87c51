import { posix } from 'node:path'
import { copiedBy, outermost, type Copied } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import { aboutProject } from './root-entries.ts'
import type { SingleStage } from './single-stage.ts'

/** Files that no compiled program reads when it runs. */
const notRead =
  /(^|\/)\.|(^|\/)(vendor|node_modules|testdata|tests?|docs?|deploy|deployments?|scripts|hack|build|target|examples?|charts?|k8s|kubernetes|terraform)\/|(\.(md|proto|lock|tf|sh)|(^|\/)[^/]*_test\.\w+)$/i

/**
 * The files and directories of the image, copied from the source, that a compiled program may read: all but those that
 * are `compiled` and those that nobody reads. A directory is named as a whole if it has no others.
 */
export function dataFiles(
  { file, source }: Situation,
  { instructions }: Pick<SingleStage, 'instructions'>,
  { initial, compiled }: { initial: string; compiled: RegExp },
): string[] {
  const ignored = source.texts.get('.dockerignore') ?? ''
  return outermost(
    copiesOf({ file, source }, { instructions }, initial).flatMap((one) =>
      dataOf(one, ignored, (path) => ![aboutProject, notRead, compiled].some((form) => form.test(path))),
    ),
  )
}

/** What the instructions of a stage copy from the source. */
export function copiesOf(
  { file, source }: Pick<Situation, 'file' | 'source'>,
  { instructions }: Pick<SingleStage, 'instructions'>,
  initial: string,
): Copied[] {
  return instructions.flatMap((one) => copiedBy(file, one, initial, source.paths) ?? [])
}

function dataOf({ source, target, files }: Copied, ignored: string, isRead: (path: string) => boolean): string[] {
  const lines = new Set(ignored.split('\n').map((line) => line.trim().replaceAll(/^\/|\/$/g, '')))
  const here = files.map((path) => (path === source ? '' : path.slice(source === '' ? 0 : source.length + 1)))
  const isReadHere = (path: string) => isRead(source === '' ? path : `${source}/${path}`)
  const isListed = (path: string) =>
    ancestors(path).some((one) => lines.has(one)) || lines.has(`*${posix.extname(path)}`)
  const data = here.filter((path) => isReadHere(path) && !isListed(path))
  return data.map((path) => {
    const whole = ancestors(path).find((one) => here.filter((other) => other.startsWith(`${one}/`)).every(isReadHere))
    return posix.join(target, whole ?? path)
  })
}

/** The directories that contain a path, the outermost first, and the path itself. */
function ancestors(path: string): string[] {
  return path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
}
