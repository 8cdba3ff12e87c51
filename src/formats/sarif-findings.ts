import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import {
  digestOf,
  parseSeverity,
  type AdditionalFinding,
  type AdditionalFindings,
  type Digest,
  type Severity,
} from '../model/index.ts'
import { readDocument } from '../model/read-json.ts'

/** The longest file that is read, in characters: code scanning accepts 10 MB compressed. */
const longestFile = 50_000_000

/** The most findings in a file. */
const mostFindings = 50_000

const Properties = z.looseObject({})
const Message = z.looseObject({ text: z.string().optional(), markdown: z.string().optional() })
const Level = z.enum(['none', 'note', 'warning', 'error'])
const SarifRule = z.looseObject({
  id: z.string(),
  shortDescription: Message.optional(),
  defaultConfiguration: z.looseObject({ level: Level.optional() }).optional(),
  properties: Properties.optional(),
})
const ArtifactLocation = z.looseObject({ uri: z.string().optional() })
const SarifLocation = z.looseObject({
  physicalLocation: z.looseObject({ artifactLocation: ArtifactLocation.optional() }).optional(),
  logicalLocations: z
    .array(z.looseObject({ fullyQualifiedName: z.string().optional(), name: z.string().optional() }))
    .optional(),
})
const Result = z.looseObject({
  ruleId: z.string().optional(),
  ruleIndex: z.int().min(-1).optional(),
  rule: z.looseObject({ id: z.string().optional(), index: z.int().min(-1).optional() }).optional(),
  kind: z.enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational']).optional(),
  level: Level.optional(),
  message: Message,
  baselineState: z.string().optional(),
  locations: z.array(SarifLocation).optional(),
  properties: Properties.optional(),
})
const SarifRun = z.looseObject({
  tool: z.looseObject({
    driver: z.looseObject({
      name: z.string().min(1),
      version: z.string().optional(),
      semanticVersion: z.string().optional(),
      rules: z.array(SarifRule).optional(),
    }),
  }),
  invocations: z.array(z.looseObject({ executionSuccessful: z.boolean() })).optional(),
  artifacts: z.array(z.looseObject({ location: ArtifactLocation.optional() })).optional(),
  automationDetails: z.looseObject({ id: z.string().optional() }).optional(),
  properties: Properties.optional(),
  // By the specification, an empty list means that nothing was found; null or a missing list means that the scan did not finish.
  results: z.array(Result, 'a list of results: without one the scan did not finish'),
})
type SarifRun = z.infer<typeof SarifRun>
type Result = z.infer<typeof Result>

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, to the extent that it is read here. */
const Log = z.looseObject({ version: z.literal('2.1.0'), runs: z.array(SarifRun).min(1, 'at least one run') })

/**
 * Reads another scanner's findings from SARIF 2.1.0, one entry for each run in the file. Suppressed results count:
 * risks are accepted in Loadline's own register. Throws `USAGE` if it is not such a file, holds no run, or a run that
 * did not finish: such a file never means "nothing found".
 */
export function importSarif({ path, text }: { path: string; text: string }): AdditionalFindings[] {
  const refuse = (found: string) =>
    new DeliveryError(
      'USAGE',
      `expected findings in SARIF 2.1.0 in ${path}, found ${found}`,
      'Have the scanner write the file again, e.g. "docker scout cves --format sarif --output FILE IMAGE".',
    )
  if (text.length > longestFile) throw refuse(`${text.length} characters, over the limit of ${longestFile}`)
  const { runs } = readDocument(text.replace(/^\uFEFF/, ''), Log, refuse)
  const count = runs.reduce((sum, { results }) => sum + results.length, 0)
  if (count > mostFindings) throw refuse(`${count} results, over the limit of ${mostFindings}`)
  const failed = runs.find(({ invocations = [] }) =>
    invocations.some(({ executionSuccessful }) => !executionSuccessful),
  )
  if (failed !== undefined) throw refuse(`a run of ${failed.tool.driver.name} that reports that it failed`)
  return runs.map((run) => {
    const { name, version, semanticVersion } = run.tool.driver
    const said = version ?? semanticVersion
    return {
      name: path,
      digest: digestOf(text),
      scanner: { name, ...(said === undefined ? {} : { version: said }) },
      images: imagesOf(run),
      findings: run.results.filter(isFinding).map((result) => findingOf(result, run)),
    }
  })
}

function isFinding({ kind, baselineState }: Result): boolean {
  return (kind === undefined || kind === 'fail' || kind === 'open' || kind === 'review') && baselineState !== 'absent'
}

function findingOf(result: Result, { tool: { driver } }: SarifRun): AdditionalFinding {
  const id = result.ruleId ?? result.rule?.id
  const at = result.ruleIndex ?? result.rule?.index ?? -1
  const rule = driver.rules?.[at] ?? driver.rules?.find((one) => one.id === id)
  const title = rule?.shortDescription?.text ?? result.message.text ?? result.message.markdown ?? ''
  const location = result.locations?.[0]
  const logical = location?.logicalLocations?.[0]
  return {
    id: id ?? rule?.id ?? 'unidentified',
    severity: severityOf(result, rule),
    title: title.split('\n')[0] ?? '',
    where: location?.physicalLocation?.artifactLocation?.uri ?? logical?.fullyQualifiedName ?? logical?.name ?? '',
  }
}

/**
 * A CVSS score if there is one, in the classes of CVSS 3.1; otherwise a severity word; otherwise SARIF's level. Without
 * any it is unknown, which does not mean mild.
 */
function severityOf(result: Result, rule: z.infer<typeof SarifRule> | undefined): Severity {
  const properties = { ...rule?.properties, ...result.properties } as Record<string, unknown>
  const score = Number.parseFloat(String(properties['security-severity'] ?? ''))
  if (score > 0 && score <= 10) return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low'
  const word = [properties['cvssV3_severity'], properties['severity']].find((value) => typeof value === 'string')
  const named = parseSeverity(word)
  if (named !== 'unknown') return named
  const level = result.level ?? rule?.defaultConfiguration?.level
  return level === 'error' ? 'high' : level === 'warning' ? 'medium' : level === 'note' ? 'low' : 'unknown'
}

/** The manifests that a run names: references with a digest, where scanners record what they scanned. */
function imagesOf({ automationDetails, artifacts = [], results, properties }: SarifRun): Digest[] {
  const repositories = properties?.['repoDigests']
  const texts = [
    automationDetails?.id,
    ...artifacts.map(({ location }) => location?.uri),
    ...results.flatMap(({ locations }) =>
      locations?.map(({ physicalLocation }) => physicalLocation?.artifactLocation?.uri),
    ),
    ...(Array.isArray(repositories) ? repositories : []),
    properties?.['imageDigest'],
  ]
  const digests = texts.flatMap((text) =>
    typeof text === 'string'
      ? [...decoded(text).matchAll(/(?:@|^)(sha256:[0-9a-f]{64})(?![0-9a-f])/g)].map((match) => match[1] as Digest)
      : [],
  )
  return [...new Set(digests)].toSorted()
}

function decoded(text: string): string {
  return text.replaceAll(/%3A/gi, ':').replaceAll('%40', '@')
}
