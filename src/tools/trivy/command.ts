/** Nothing may be fetched during a scan: the database is an input, and the verdict is bound to it. */
const offline = [
  '--skip-db-update',
  '--skip-java-db-update',
  '--skip-version-check',
  '--skip-check-update',
  '--offline-scan',
  '--disable-telemetry',
  '--no-progress',
]

/** Empty files that must be in the container: without a configuration file, Trivy looks in the working directory. */
export const emptyConfiguration = { config: '/loadline/trivy.yaml', ignore: '/loadline/trivyignore' } as const

/** Only what Loadline passes counts: a configuration or ignore file in an image or a working directory is not read. */
const ownConfiguration = ['--config', emptyConfiguration.config, '--ignorefile', emptyConfiguration.ignore]

/** Time limit of one scan, after which Trivy gives up. */
export const timeLimit = '15m'

interface Scan {
  program: string
  /** Path of the image as an OCI layout directory. */
  image: string
  /** Where the JSON report goes. */
  output: string
}

/** How both scans below list packages and report them. */
function packageReport({ output, cache }: { output: string; cache: string }): string[] {
  return [
    '--list-all-pkgs',
    '--pkg-types',
    'os,library',
    '--format',
    'json',
    '--output',
    output,
    '--cache-dir',
    cache,
    '--cache-backend',
    'memory',
    '--exit-code',
    '0',
    '--timeout',
    timeLimit,
  ]
}

/**
 * One scan for packages and licences, and for vulnerabilities if there is a database: every report and both SBOMs are
 * derived from its JSON.
 */
export function scanPackagesArguments({
  program,
  image,
  output,
  cache,
  vulnerabilities,
}: Scan & { cache: string; vulnerabilities: boolean }): string[] {
  return [
    program,
    'image',
    '--input',
    image,
    '--scanners',
    vulnerabilities ? 'vuln,license' : 'license',
    ...packageReport({ output, cache }),
    ...ownConfiguration,
    ...offline,
  ]
}

/**
 * Scans an SBOM for vulnerabilities and licences, as `scanPackagesArguments` does for an image. It must be the plain
 * document: an attestation envelope hides packages (https://github.com/aquasecurity/trivy/issues/3817).
 */
export function scanSbomArguments({
  program,
  sbom,
  output,
  cache,
}: {
  program: string
  sbom: string
  output: string
  cache: string
}): string[] {
  return [
    program,
    'sbom',
    sbom,
    '--scanners',
    'vuln,license',
    ...packageReport({ output, cache }),
    // This command reads no misconfiguration checks, and has no flag against fetching them.
    ...ownConfiguration,
    ...offline.filter((flag) => flag !== '--skip-check-update'),
  ]
}

/** Derives an SBOM from the JSON report of `scanPackagesArguments`. */
export function convert({
  program,
  report,
  format,
  output,
}: {
  program: string
  report: string
  format: 'cyclonedx' | 'spdx-json'
  output: string
}): string[] {
  return [program, 'convert', '--format', format, '--output', output, report]
}

interface Download {
  program: string
  /** The cache directory to download into. */
  cache: string
  /** The mirror, as `registry/repository:tag`. */
  repository: string
}

/** Downloads the index of Java archives from a mirror. */
export function downloadJavaIndex(download: Download): string[] {
  return downloadOf('java-db', download)
}

/** Downloads a database from a mirror. */
export function downloadDatabase(download: Download): string[] {
  return downloadOf('db', download)
}

function downloadOf(what: 'db' | 'java-db', { program, cache, repository }: Download): string[] {
  return [
    program,
    'image',
    `--download-${what}-only`,
    '--cache-dir',
    cache,
    '--no-progress',
    '--skip-version-check',
    '--disable-telemetry',
    `--${what}-repository`,
    repository,
  ]
}
