import { availableParallelism } from 'node:os'
import { dirname, posix } from 'node:path'
import pLimit from 'p-limit'
import { isChart, isKustomization, type AuditFile, type Rendering } from '../../../src/audit/index.ts'
import type { AuditFiles } from '../audit-files.ts'
import { renderChart } from './chart.ts'
import { gather, partsReader, renderKustomization, type Kustomization } from './kustomization.ts'

/** After this time an audit renders nothing more. */
const mostMinutes = 5

/**
 * The files of an audit with every chart and kustomization rendered, if this machine has the program for it. Files of a
 * rendered one are judged as deployed, and not again on their own.
 */
export async function rendered(
  files: readonly AuditFile[],
  { open, roots }: Pick<AuditFiles, 'open' | 'roots'>,
): Promise<Pick<AuditFiles, 'files' | 'passedOver'>> {
  const until = Date.now() + mostMinutes * 60_000
  // The programs take one processor each.
  const limit = pLimit(availableParallelism())
  const inTime = async <T>(of: readonly T[], render: (one: T) => Promise<Rendering>) =>
    limit.map(of, async (one) => ({
      one,
      rendering:
        Date.now() > until ? { why: `rendering the others took more than ${mostMinutes} minutes` } : await render(one),
    }))
  const done = new Map<string, AuditFile>()
  const partOf = new Map<string, string>()
  const charts = files.filter(({ path }) => isChart(path))
  // A chart in another chart's `charts` is rendered with it.
  const within = (name: string) => new Set(charts.map(({ path }) => posix.join(posix.dirname(path), name)))
  const [subcharts, crds] = [within('charts'), within('crds')]
  const renderedBy = new Map<string, string>()
  const outer = charts.filter(({ path }) => !ancestors(path).some((directory) => subcharts.has(directory)))
  for (const { one: file, rendering } of await inTime(outer, async ({ path }) => renderChart(dirname(path), roots))) {
    done.set(file.path, { ...file, rendering })
    if ('text' in rendering)
      for (const name of ['templates', 'charts']) renderedBy.set(posix.join(posix.dirname(file.path), name), file.path)
  }
  for (const { path } of files) {
    const directories = ancestors(path)
    const chart = directories.map((directory) => renderedBy.get(directory)).find((one) => one !== undefined)
    // Helm installs the files in crds unchanged, and does not print them.
    if (chart !== undefined && !directories.some((directory) => crds.has(directory))) partOf.set(path, chart)
  }
  const kustomizations = await outermost(files, open)
  for (const { one, rendering } of await inTime(kustomizations, async (each) => renderKustomization(each, roots))) {
    const { file, prefix } = one
    done.set(file.path, { ...file, rendering })
    if ('text' in rendering)
      for (const path of one.files.keys()) if (path !== one.path) partOf.set(`${prefix}${path}`, file.path)
  }
  const isLeft = ({ path, named }: AuditFile) => named || done.has(path) || !partOf.has(path)
  return {
    files: files.filter(isLeft).map((file) => done.get(file.path) ?? file),
    passedOver: files
      .filter((file) => !isLeft(file))
      .map(({ path }) => ({ path, reason: `part of ${partOf.get(path) ?? ''}, which is rendered` })),
  }
}

/** The directories that contain a file, the outermost first. */
function ancestors(path: string): string[] {
  return path.split('/').map((_, index, parts) => parts.slice(0, index).join('/'))
}

/** The kustomizations that are not part of another one, each with its files. */
async function outermost(files: readonly AuditFile[], open: AuditFiles['open']) {
  const read = partsReader(open)
  const all: Array<Kustomization & { file: AuditFile; prefix: string }> = []
  for (const file of files.filter(({ path }) => isKustomization(path))) {
    const below = file.below ?? posix.basename(file.path)
    const prefix = file.path.slice(0, file.path.length - below.length)
    all.push({ file, prefix, ...(await gather(below, async (path) => read(`${prefix}${path}`))) })
  }
  const inner = new Set(
    all.flatMap(({ prefix, path, files: parts }) =>
      [...parts.keys()].filter((part) => part !== path).map((part) => `${prefix}${part}`),
    ),
  )
  return all.filter(({ file }) => file.named || !inner.has(file.path))
}
