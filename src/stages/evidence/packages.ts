import type { Container, File } from '@dagger.io/dagger'
import {
  digestOf,
  type Collected,
  type Database,
  type Digest,
  type Licenses,
  type Lock,
  type Platform,
  type Sbom,
  type Vulnerabilities,
} from '../../model/index.ts'
import { readOutput } from '../../engine/read-output.ts'
import { requireSuccess, runTool } from '../../engine/run-tool.ts'
import { toolImage, type ReadyTool } from '../../engine/tool-image.ts'
import { convert, scanPackagesArguments } from '../../tools/trivy/command.ts'
import {
  parsePackageScan,
  requireScan,
  requireSubject,
  wantsJavaIndex,
  type FoundPackages,
  type PackageScan,
} from '../../tools/trivy/output.ts'
import { bindCycloneDx, bindSpdx, type BoundSbom } from '../../tools/trivy/sbom.ts'
import type { BuiltArchive } from '../build/build.ts'
import { collect } from '../../engine/collect.ts'
import { openJavaIndex, type OpenDatabase } from './database.ts'
import { ecosystemOf } from './ecosystem.ts'
import { imageDirectory, readReport, subjectOf, trivyOn } from './trivy.ts'

/** The one scan that vulnerabilities, licences and both SBOMs come from. */
export interface ScannedPackages {
  scan: PackageScan
  report: File
}

const reportPath = '/report.json'

/** Scans an archive for packages, licences and, if there is a database, vulnerabilities. Throws `TOOL`. */
export async function scanPackages(
  built: BuiltArchive,
  database: OpenDatabase | undefined,
  lock: Lock,
): Promise<ScannedPackages> {
  const tool = await trivyOn(built, lock)
  const container = database === undefined ? tool.container : tool.container.withDirectory('/cache', database.cache)
  const scanIn = (place: Container) =>
    runTool(
      'trivy',
      place,
      scanPackagesArguments({
        program: tool.program,
        image: imageDirectory,
        output: reportPath,
        cache: '/cache',
        vulnerabilities: database !== undefined,
      }),
    )
  const first = await scanIn(container)
  const run =
    database !== undefined && wantsJavaIndex(first)
      ? await scanIn(container.withDirectory('/cache/java-db', await openJavaIndex(database, lock)))
      : first
  requireScan(run)
  const report = run.container.file(reportPath)
  const scan = parsePackageScan(await readReport(report, lock))
  requireSubject(scan.subject, subjectOf(built, tool))
  return { scan, report }
}

/** A scan's vulnerabilities, with the database used. */
export function collectVulnerabilities(
  scanned: () => Promise<ScannedPackages>,
  database: () => Promise<OpenDatabase>,
  lock: Lock,
): Promise<Collected<Vulnerabilities>> {
  return collect(
    {
      wanted: 'the known vulnerabilities of every package in the image',
      tool: () => toolImage(lock, 'trivy'),
    },
    async () => {
      const { facts } = await database()
      return vulnerabilitiesOf((await scanned()).scan, facts)
    },
  )
}

/** What a scan found, with the database used and what that does not cover. */
export function vulnerabilitiesOf(scan: FoundPackages, database: Database): Vulnerabilities {
  const covered = new Set(Object.keys(database.ecosystems))
  // The system itself too: without its package list none of it was judged, which must not look covered.
  const met = new Set(
    [...(scan.os === undefined ? [] : [scan.os.family]), ...scan.packages.map(({ type }) => type)].map((type) =>
      ecosystemOf(type, scan.os),
    ),
  )
  return {
    findings: scan.vulnerabilities,
    database,
    ...(scan.os === undefined ? {} : { os: scan.os }),
    packageCount: scan.packages.length,
    uncovered: [...met].filter((ecosystem) => !covered.has(ecosystem)).toSorted(),
  }
}

/** Every package with its licences. */
export function collectLicenses(scanned: () => Promise<ScannedPackages>, lock: Lock): Promise<Collected<Licenses>> {
  return collect(
    { wanted: 'the licences of every package in the image', tool: () => toolImage(lock, 'trivy') },
    async () => ({ packages: (await scanned()).scan.packages }),
  )
}

/** The two SBOM documents of an image, and the facts that the gate needs. */
export interface SbomDocuments {
  cyclonedx: string
  spdx: string
}

/** Where a platform's SBOMs are in the report directory: at its top for a single platform. */
export function sbomDirectory(platform: Platform, platforms: readonly Platform[]): string {
  return platforms.length === 1 ? '' : `sbom/${platform.replaceAll('/', '-')}/`
}

/** Derives both SBOMs from the scan and binds them to the image's digest. `keep` gets the documents. */
export function collectSbom(
  scanned: () => Promise<ScannedPackages>,
  image: { name: string; digest: Digest; directory: string },
  keep: (documents: SbomDocuments) => void,
  lock: Lock,
): Promise<Collected<Sbom>> {
  return collect(
    { wanted: 'a software bill of materials in CycloneDX and SPDX', tool: () => toolImage(lock, 'trivy') },
    async (tool) => {
      const { report, scan } = await scanned()
      const about = { ...image, configuration: scan.subject.configuration, packages: scan.packages.length }
      const [cyclonedx, spdx] = await Promise.all([
        convertReport(tool, report, 'cyclonedx').then((text) => bindCycloneDx(text, about)),
        convertReport(tool, report, 'spdx-json').then((text) => bindSpdx(text, about)),
      ])
      keep({ cyclonedx: cyclonedx.text, spdx: spdx.text })
      const describe = (format: 'cyclonedx' | 'spdx', { text, components }: BoundSbom) => ({
        format,
        path: `${image.directory}sbom.${format === 'cyclonedx' ? 'cdx' : 'spdx'}.json`,
        digest: digestOf(text),
        components,
      })
      return {
        documents: [describe('cyclonedx', cyclonedx), describe('spdx', spdx)],
        subject: image.digest,
        operatingSystem: cyclonedx.operatingSystem && spdx.operatingSystem,
      }
    },
  )
}

async function convertReport(tool: ReadyTool, report: File, format: 'cyclonedx' | 'spdx-json'): Promise<string> {
  const run = await runTool(
    'trivy',
    tool.container.withMountedFile(reportPath, report),
    convert({ program: tool.program, report: reportPath, format, output: '/sbom.json' }),
  )
  requireSuccess(`trivy convert to ${format}`, run, 'Run again; if it persists, report it as a bug in Loadline.')
  return readOutput('trivy', run.container.file('/sbom.json'))
}
