import { z } from 'zod'
import { DeliveryError } from '../../errors.ts'
import { compareSeverity, compareText, parseSeverity, type Package, type SecretFinding, type Vulnerability } from '../../model/index.ts'
import { readJson } from '../read-json.ts'

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

const TrivySecret = z.object({
  RuleID: z.string().optional(),
  Category: z.string().default(''),
  Severity: z.string().optional(),
  Title: z.string().default(''),
  StartLine: z.int().optional(),
  Layer,
})

const Result = z.object({
  Target: z.string(),
  Class: z.string().optional(),
  Type: z.string().optional(),
  Packages: z.array(TrivyPackage).nullish(),
  Vulnerabilities: z.array(TrivyVulnerability).nullish(),
  Secrets: z.array(TrivySecret).nullish(),
})

const TrivyReport = z.object({
  SchemaVersion: z.int(),
  Trivy: z.object({ Version: z.string() }).optional(),
  ArtifactType: z.string(),
  Metadata: z.object({
    OS: z.object({ Family: z.string(), Name: z.string().default(''), EOSL: z.boolean().optional() }).optional(),
    ImageID: z.string().optional(),
  }),
  Results: z.array(Result).nullish(),
})

/** What Loadline uses of a Trivy report. */
export interface PackageScan {
  /** Digest of the image configuration that was scanned. */
  imageId: string | undefined
  os: { family: string; version: string; endOfLife: boolean } | undefined
  packages: Package[]
  vulnerabilities: Vulnerability[]
}

/** The newest form of Trivy's JSON that this parser was written for. */
const knownSchemaVersion = 2

/** Reads the JSON of `scanPackages`. Throws `TOOL` on anything that is not a complete report of the known form. */
export function parsePackageScan(text: string): PackageScan {
  const report = readReport(text)
  const packages: Package[] = []
  const vulnerabilities = new Map<string, Vulnerability>()
  for (const result of report.Results ?? []) {
    const type = result.Type ?? result.Class ?? 'unknown'
    for (const entry of result.Packages ?? []) {
      packages.push({
        name: entry.Name,
        version: fullVersion(entry),
        type,
        licenses: entry.Licenses ?? [],
        ...optional('purl', entry.Identifier?.PURL),
        ...optional('path', entry.FilePath ?? (result.Class === 'lang-pkgs' ? result.Target : undefined)),
        ...optional('layer', entry.Layer?.DiffID),
      })
    }
    for (const entry of result.Vulnerabilities ?? []) {
      const path = entry.PkgPath ?? (result.Class === 'lang-pkgs' ? result.Target : undefined)
      const finding: Vulnerability = {
        id: entry.VulnerabilityID || 'unidentified',
        severity: parseSeverity(entry.Severity),
        title: entry.Title ?? '',
        package: {
          name: entry.PkgName,
          version: entry.InstalledVersion,
          type,
          ...optional('purl', entry.PkgIdentifier?.PURL),
          ...optional('path', path),
          ...optional('layer', entry.Layer?.DiffID),
        },
        ...optional('fixedVersion', entry.FixedVersion || undefined),
        ...optional('status', entry.Status),
        ...optional('url', entry.PrimaryURL),
        ...optional('severitySource', entry.SeveritySource),
      }
      const key = JSON.stringify([finding.id, finding.package.purl ?? `${finding.package.name}@${finding.package.version}`, path ?? ''])
      if (finding.id === 'unidentified' || !vulnerabilities.has(key)) vulnerabilities.set(finding.id === 'unidentified' ? `${key}#${vulnerabilities.size}` : key, finding)
    }
  }
  const os = report.Metadata.OS
  return {
    imageId: report.Metadata.ImageID,
    os: os === undefined || os.Family === 'none' ? undefined : { family: os.Family, version: os.Name, endOfLife: os.EOSL ?? false },
    packages: packages.toSorted((left, right) => compareText(left.purl ?? left.name, right.purl ?? right.name) || compareText(left.path ?? '', right.path ?? '')),
    vulnerabilities: [...vulnerabilities.values()].toSorted(
      (left, right) =>
        compareSeverity(left.severity, right.severity) ||
        compareText(left.id, right.id) ||
        compareText(left.package.purl ?? left.package.name, right.package.purl ?? right.package.name) ||
        compareText(left.package.path ?? '', right.package.path ?? ''),
    ),
  }
}

/** Reads the JSON of `scanSecrets`. The matched text is left behind: it may hold part of the secret. */
export function parseSecretScan(text: string): { imageId: string | undefined; findings: SecretFinding[] } {
  const report = readReport(text)
  const findings = (report.Results ?? []).flatMap((result) =>
    (result.Secrets ?? []).map((secret): SecretFinding => {
      const fromConfiguration = result.Class === 'image-config' || result.Type === 'image-config' || result.Target.includes('(image config)')
      return {
        id: secret.RuleID || 'unidentified',
        severity: parseSeverity(secret.Severity),
        title: secret.Title,
        category: secret.Category,
        location: {
          path: fromConfiguration ? 'image configuration' : absolute(result.Target),
          within: 'image',
          ...(secret.StartLine !== undefined && secret.StartLine > 0 ? { line: secret.StartLine } : {}),
        },
        ...(fromConfiguration ? {} : optional('layer', secret.Layer?.DiffID)),
      }
    }),
  )
  return {
    imageId: report.Metadata.ImageID,
    findings: findings.toSorted(
      (left, right) => compareSeverity(left.severity, right.severity) || compareText(left.location.path, right.location.path) || compareText(left.id, right.id) || (left.location.line ?? 0) - (right.location.line ?? 0),
    ),
  }
}

function readReport(text: string): z.infer<typeof TrivyReport> {
  const report = readJson('trivy', text, TrivyReport)
  if (report.SchemaVersion !== knownSchemaVersion) {
    throw new DeliveryError('TOOL', `trivy printed a report of schema version ${report.SchemaVersion}; this Loadline reads version ${knownSchemaVersion}`, 'Use the pinned version of trivy, or a newer Loadline.')
  }
  if (report.ArtifactType !== 'container_image') {
    throw new DeliveryError('TOOL', `trivy was to scan a container image and scanned a ${report.ArtifactType}`, 'Report this as a fault of Loadline, with the archive if you can.')
  }
  return report
}

function fullVersion(entry: z.infer<typeof TrivyPackage>): string {
  const epoch = entry.Epoch ? `${entry.Epoch}:` : ''
  const release = entry.Release ? `-${entry.Release}` : ''
  return `${epoch}${entry.Version}${release}`
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

function optional<K extends string>(key: K, value: string | undefined): { [key in K]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { [key in K]?: string })
}
