import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import {
  compareSeverity,
  compareText,
  Digest,
  parseSeverity,
  spellPlatform,
  type Package,
  type Platform,
  type Vulnerability,
} from '../../model/index.ts'
import { requireSuccess } from '../require-success.ts'
import { readJson } from '../../model/read-json.ts'
import { timeLimit } from './command.ts'

const Layer = z.object({ DiffID: z.string().optional() }).optional()
const Identifier = z.object({ PURL: z.string().optional() }).optional()

const TrivyPackage = z.object({
  Name: z.string(),
  Version: z.string().default(''),
  Release: z.string().optional(),
  Epoch: z.int().optional(),
  Identifier,
  Licenses: z.array(z.string()).nullish(),
  FilePath: z.string().optional(),
  Layer,
})

const TrivyVulnerability = z.object({
  VulnerabilityID: z.string().optional(),
  PkgName: z.string(),
  PkgPath: z.string().optional(),
  PkgIdentifier: Identifier,
  InstalledVersion: z.string().default(''),
  FixedVersion: z.string().optional(),
  Status: z.string().optional(),
  Severity: z.string().optional(),
  SeveritySource: z.string().optional(),
  PrimaryURL: z.string().optional(),
  Title: z.string().optional(),
  Layer,
})

const Result = z.object({
  Target: z.string(),
  Class: z.string().optional(),
  Type: z.string().optional(),
  Packages: z.array(TrivyPackage).nullish(),
  Vulnerabilities: z.array(TrivyVulnerability).nullish(),
})

/** The fields of any report. */
const TrivyReport = z.object({
  SchemaVersion: z.int(),
  Trivy: z.object({ Version: z.string() }),
  ArtifactName: z.string(),
  ArtifactType: z.string(),
  Metadata: z.object({
    OS: z.object({ Family: z.string(), Name: z.string().default(''), EOSL: z.boolean().optional() }).optional(),
  }),
  Results: z.array(Result).nullish(),
})

/** The additional fields of a report on an image. */
const ImageReport = TrivyReport.extend({
  Metadata: TrivyReport.shape.Metadata.extend({
    ImageID: Digest,
    ImageConfig: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }),
  }),
})

/** What a report states about itself: who scanned what. */
export interface ScanSubject {
  /** Version of the Trivy that scanned. */
  version: string
  /** Digest of the image configuration that was scanned. */
  configuration: Digest
  platform: Platform
}

/** The results of a scan, of an image or an SBOM. */
export interface FoundPackages {
  os: { family: string; version: string; endOfLife: boolean } | undefined
  packages: Package[]
  vulnerabilities: Vulnerability[]
}

/** The parts of a Trivy report on an image that Loadline uses. */
export interface PackageScan extends FoundPackages {
  subject: ScanSubject
}

/** Throws `TOOL` if Trivy failed, whatever it has written: half a scan has half the findings. */
export function requireScan(run: { exitCode: number; stdout: string; stderr: string }): void {
  if (run.exitCode !== 0 && /context deadline exceeded|\btimeout exceeded\b/i.test(run.stderr)) {
    throw new DeliveryError(
      'TOOL',
      `trivy exceeded its time limit of ${timeLimit}`,
      'Make the image smaller, or give the engine more CPUs, and run again.',
    )
  }
  requireSuccess('trivy', run, 'Run again; if it persists, check the vulnerability database.')
}

/** Whether a scan failed because the image has Java archives and there is no index for them. Trivy looks for one only then. */
export function wantsJavaIndex({ exitCode, stderr }: { exitCode: number; stderr: string }): boolean {
  return exitCode !== 0 && stderr.includes('Unable to initialize the Java DB')
}

/** Whether retrying a database download is worthwhile: the registry is busy or does not answer, rather than refusing. */
export function mayRepeatDownload(stderr: string): boolean {
  return /TOOMANYREQUESTS|429 Too Many|\b50[0234]\b|connection (refused|reset)|i\/o timeout|TLS handshake timeout|no such host|unexpected EOF|context deadline exceeded/i.test(
    stderr,
  )
}

/** The newest schema version of Trivy's JSON that this parser supports. */
const knownSchemaVersion = 2

/** Reads the JSON of `scanPackages`. Throws `TOOL` on anything that is not a complete report of the known form. */
export function parsePackageScan(text: string): PackageScan {
  const report = readReport(text, ImageReport, 'container_image')
  return { subject: subjectOf(report), ...packagesOf(report) }
}

/**
 * Reads the JSON of `scanSbom`, and says which Trivy wrote it: an SBOM names no image configuration. Throws as `parsePackageScan` does.
 */
export function parseSbomScan(text: string): FoundPackages & { version: string } {
  const report = readReport(text, TrivyReport, 'cyclonedx')
  return { version: report.Trivy.Version, ...packagesOf(report) }
}

function packagesOf(report: z.infer<typeof TrivyReport>): FoundPackages {
  const results = report.Results ?? []
  const vulnerabilities = new Map<string, Vulnerability>()
  for (const result of results)
    for (const entry of result.Vulnerabilities ?? []) {
      const finding = toVulnerability(result, entry)
      const { name, version, purl, path = '' } = finding.package
      const key = JSON.stringify([finding.id, purl ?? `${name}@${version}`, path])
      if (finding.id === unidentified) vulnerabilities.set(`${key}#${vulnerabilities.size}`, finding)
      else if (!vulnerabilities.has(key)) vulnerabilities.set(key, finding)
    }
  const os = report.Metadata.OS
  return {
    os:
      os === undefined || os.Family === 'none'
        ? undefined
        : { family: os.Family, version: os.Name, endOfLife: os.EOSL ?? false },
    packages: results
      .flatMap((result) => (result.Packages ?? []).map((entry) => toPackage(result, entry)))
      .toSorted(
        (left, right) =>
          compareText(left.purl ?? left.name, right.purl ?? right.name) ||
          compareText(left.path ?? '', right.path ?? ''),
      ),
    vulnerabilities: [...vulnerabilities.values()].toSorted(
      (left, right) =>
        compareSeverity(left.severity, right.severity) ||
        compareText(left.id, right.id) ||
        compareText(left.package.purl ?? left.package.name, right.package.purl ?? right.package.name) ||
        compareText(left.package.path ?? '', right.package.path ?? ''),
    ),
  }
}

/** The id of findings that have none. Each of them is counted. */
const unidentified = 'unidentified'

function typeOf({ Type, Class }: z.infer<typeof Result>): string {
  return Type ?? Class ?? 'unknown'
}

/** A language's packages are located by the file that Trivy read them from. */
function pathIn({ Class, Target }: z.infer<typeof Result>, written: string | undefined): string | undefined {
  return written ?? (Class === 'lang-pkgs' ? Target : undefined)
}

/** What is not known, or empty, has no key. */
function toPackage(result: z.infer<typeof Result>, entry: z.infer<typeof TrivyPackage>): Package {
  const { Identifier: identifier, Layer: layer } = entry
  const path = pathIn(result, entry.FilePath)
  const found: Package = {
    name: entry.Name,
    version: fullVersion(entry),
    type: typeOf(result),
    licenses: entry.Licenses ?? [],
  }
  if (identifier?.PURL) found.purl = identifier.PURL
  if (path) found.path = path
  if (layer?.DiffID) found.layer = layer.DiffID
  return found
}

/** The same for a vulnerability. */
function toVulnerability(result: z.infer<typeof Result>, entry: z.infer<typeof TrivyVulnerability>): Vulnerability {
  const { PkgIdentifier: identifier, Layer: layer } = entry
  const path = pathIn(result, entry.PkgPath)
  const affected: Vulnerability['package'] = {
    name: entry.PkgName,
    version: entry.InstalledVersion,
    type: typeOf(result),
  }
  if (identifier?.PURL) affected.purl = identifier.PURL
  if (path) affected.path = path
  if (layer?.DiffID) affected.layer = layer.DiffID
  const found: Vulnerability = {
    id: entry.VulnerabilityID || unidentified,
    severity: parseSeverity(entry.Severity),
    title: entry.Title ?? '',
    package: affected,
  }
  if (entry.FixedVersion) found.fixedVersion = entry.FixedVersion
  if (entry.Status) found.status = entry.Status
  if (entry.PrimaryURL) found.url = entry.PrimaryURL
  if (entry.SeveritySource) found.severitySource = entry.SeveritySource
  return found
}

/** Throws `TOOL` if a report is from a different Trivy, or about a different image, than expected. */
export function requireSubject(said: ScanSubject, asked: ScanSubject): void {
  const faults = [
    ...(said.configuration === asked.configuration
      ? []
      : [`the image with configuration ${said.configuration} instead of ${asked.configuration}`]),
    ...(said.platform === asked.platform ? [] : [`an image for ${said.platform} instead of ${asked.platform}`]),
    ...(said.version === asked.version ? [] : [`with version ${said.version} instead of ${asked.version}`]),
  ]
  if (faults.length > 0)
    throw new DeliveryError(
      'TOOL',
      `trivy reports that it scanned ${faults.join(', ')}`,
      'Run again; if it persists, report it as a bug in Loadline.',
    )
}

function subjectOf({ Trivy, Metadata: { ImageID, ImageConfig } }: z.infer<typeof ImageReport>): ScanSubject {
  return { version: Trivy.Version, configuration: ImageID, platform: spellPlatform(ImageConfig) }
}

function readReport<Report extends z.infer<typeof TrivyReport>>(
  text: string,
  form: z.ZodType<Report>,
  of: 'container_image' | 'cyclonedx',
): Report {
  const report = readJson('trivy', text, form)
  if (report.SchemaVersion !== knownSchemaVersion) {
    throw new DeliveryError(
      'TOOL',
      `expected a trivy report of schema version ${knownSchemaVersion}, found version ${report.SchemaVersion}`,
      'Use the pinned version of trivy, or a newer Loadline.',
    )
  }
  if (report.ArtifactType !== of) {
    throw new DeliveryError(
      'TOOL',
      `expected trivy to scan a ${of}, found that it scanned a ${report.ArtifactType}`,
      'Report this as a bug in Loadline, with the archive if you can.',
    )
  }
  return report
}

function fullVersion(entry: z.infer<typeof TrivyPackage>): string {
  const epoch = entry.Epoch ? `${entry.Epoch}:` : ''
  const release = entry.Release ? `-${entry.Release}` : ''
  return `${epoch}${entry.Version}${release}`
}
