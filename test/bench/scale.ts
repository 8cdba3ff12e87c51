import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { writeReports } from '../../ci/run/files/report-directory.ts'
import { evaluate } from '../../src/gate/evaluate.ts'
import type { Run } from '../../src/model/index.ts'
import { strictPolicy } from '../../src/policy/index.ts'
import { renderGithub, renderReports, renderTerminal, reportedFindings } from '../../src/report/index.ts'
import { tools } from '../../src/tools/images.ts'
import { condenseReport } from '../../src/tools/inspect/command.ts'
import { parsePackageScan, requireSubject } from '../../src/tools/trivy/output.ts'
import { bindCycloneDx, bindSpdx } from '../../src/tools/trivy/sbom.ts'
import { imageDigest, imageId, writeCycloneDx, writeScannerReport, writeSpdx, type Extent } from './generated-image.ts'
import { evidenceOfScan } from './evidence-of-scan.ts'

/**
 * `npm run bench:scale [vulnerabilities] [packages]`: how long it takes, and how much memory, from the scanner's report to the written reports.
 * The reports are made up, the same each time. The work is done in a process of its own, whose largest memory is what the kernel says of it.
 * Its heap is bounded, so that it ends with an error where the work does not fit into a gigabyte; with room, Node would rather take it than collect.
 * Beside the time that passed stands the processor's, which a busy machine changes less.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const [mode, ...rest] = process.argv.slice(2)
if (mode === '--work') await work(rest[0] ?? '')
else await bench({ vulnerabilities: Number(mode ?? 50_000), packages: Number(rest[0] ?? 100_000) })

async function bench(extent: Extent): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-bench-'))
  try {
    const file = (name: string) => join(directory, name)
    say(`${extent.vulnerabilities} findings, ${extent.packages} packages`)
    writeScannerReport(file('report.json'), extent)
    writeCycloneDx(file('sbom.cdx.json'), extent)
    writeSpdx(file('sbom.spdx.json'), extent)
    await execa('go', ['build', '-o', file('inspect'), '.'], {
      cwd: join(root, 'programs/inspect'),
      env: { CGO_ENABLED: '0' },
    })
    const condensing = stopwatch()
    await execa(file('inspect'), condenseReport(file('report.json'), file('condensed.json')))
    say(
      `condensed in ${condensing()}: ${megabytes(file('report.json'))} -> ${megabytes(file('condensed.json'))}; SBOMs ${megabytes(file('sbom.cdx.json'))} and ${megabytes(file('sbom.spdx.json'))}`,
    )
    await execa(
      process.execPath,
      ['--max-old-space-size=700', '--import', 'tsx', fileURLToPath(import.meta.url), '--work', directory],
      { cwd: root, stdio: 'inherit' },
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function work(directory: string): Promise<void> {
  const all = stopwatch()
  const step = <T>(name: string, task: () => T): T => {
    const took = stopwatch()
    const value = task()
    say(`${name.padEnd(10)} ${took()}`)
    return value
  }
  const read = (name: string) => readFileSync(join(directory, name)).toString()
  const scan = step('scan', () => parsePackageScan(read('condensed.json')))
  requireSubject(scan.subject, { version: tools.trivy.version, configuration: imageId, platform: 'linux/amd64' })
  const image = { name: 'bench', digest: imageDigest, configuration: imageId, packages: scan.packages.length }
  const cyclonedx = step('cyclonedx', () => bindCycloneDx(read('sbom.cdx.json'), image))
  const spdx = step('spdx', () => bindSpdx(read('sbom.spdx.json'), image))
  const evidence = evidenceOfScan(scan, { cyclonedx, spdx })
  const { verdict } = step('gate', () => evaluate(strictPolicy, evidence, new Date('2026-11-23T01:12:41Z')))
  const run: Run = {
    schemaVersion: 'loadline.run/v1',
    outcome: verdict.outcome,
    loadline: 'bench',
    startedAt: '2026-11-23T01:10:02Z',
    mode: 'connected',
    subject: { name: 'bench', dockerfile: 'Dockerfile' },
    policy: { origin: 'default', digest: verdict.binding.policy },
    evidence,
    verdict,
  }
  const findings = step('findings', () => reportedFindings(run))
  const reports = step('reports', () => renderReports(run, findings))
  step('terminal', () => renderTerminal(run, { color: true, width: 120 }, findings))
  step('github', () => renderGithub(run, findings))
  const writing = stopwatch()
  await writeReports(join(directory, 'reports'), {
    ...reports,
    'sbom.cdx.json': cyclonedx.text,
    'sbom.spdx.json': spdx.text,
  })
  say(`${'write'.padEnd(10)} ${writing()}`)
  for (const name of Object.keys(reports)) say(`  ${name.padEnd(18)} ${megabytes(join(directory, 'reports', name))}`)
  say(
    `all ${all()}, at most ${(process.resourceUsage().maxRSS / 1_000).toFixed(0)} MB of memory, outcome ${verdict.outcome}`,
  )
}

/** Tells what passed since, and how much of it this process computed. */
function stopwatch(): () => string {
  const since = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return `${((performance.now() - since) / 1_000).toFixed(2)} s (processor ${((user + system) / 1e6).toFixed(2)} s)`
  }
}

function megabytes(path: string): string {
  return `${(statSync(path).size / 1_000_000).toFixed(1)} MB`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
