import { Run } from '../../src/model/index.ts'

/** The document without what differs between any two runs: when they ran, how long a test and a start took and what they printed, and the random identifiers and times that Trivy writes into an SBOM, hence its digest. */
export function timeless(run: Run): Run {
  const moments = [run.startedAt, run.verdict?.binding.at].filter((moment) => moment !== undefined)
  const text = moments.reduce(
    (current, moment) => current.replaceAll(moment, '2000-01-01T00:00:00.000Z'),
    JSON.stringify(run),
  )
  const document = Run.parse(JSON.parse(text))
  for (const { evidence } of document.evidence?.platforms ?? []) {
    if (evidence.sbom.status === 'collected')
      for (const sbom of evidence.sbom.value.documents) sbom.digest = `sha256:${'0'.repeat(64)}`
    if (evidence.structure.status === 'collected') for (const test of evidence.structure.value.tests) test.seconds = 0
    if (evidence.runtime.status === 'collected')
      evidence.runtime.value = {
        ...evidence.runtime.value,
        ...(evidence.runtime.value.readySeconds === undefined ? {} : { readySeconds: 0 }),
        peakMemory: 0,
        calls: [],
        output: [],
        refusedCalls: evidence.runtime.value.refusedCalls.map(({ name }) => ({ name, count: 1 })),
        ...(evidence.runtime.value.stop === undefined ? {} : { stop: { ...evidence.runtime.value.stop, seconds: 0 } }),
      }
  }
  for (const result of document.verdict?.results ?? []) if (result.kind === 'runtime') result.found = ''
  return document
}
