import { compareText, documentText, Run } from '../model/index.ts'

/**
 * `verdict.json`: the Run document itself, in the key order of its schema, with a trailing newline; indented unless it is very long.
 * Throws if the run is not a valid document: others would read an invalid one as evidence.
 */
export function renderJson(run: Run): string {
  const document = Run.parse(run)
  sortFreeKeys(document)
  return documentText(document)
}

/**
 * Keys that the schema does not define are sorted, so that equal runs give equal bytes. (A replacer would be called for
 * each of a million values.)
 */
function sortFreeKeys(document: Run): void {
  for (const { evidence } of document.evidence?.platforms ?? []) {
    const { vulnerabilities, configuration } = evidence
    if (vulnerabilities.status === 'collected')
      vulnerabilities.value.database.ecosystems = sorted(vulnerabilities.value.database.ecosystems)
    if (configuration.status !== 'collected') continue
    configuration.value.labels = sorted(configuration.value.labels)
    if (configuration.value.pathLayers !== undefined)
      configuration.value.pathLayers = sorted(configuration.value.pathLayers)
  }
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => compareText(left, right)))
}
