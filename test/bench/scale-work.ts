import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { writeReports } from '../../ci/run/files/report-directory.ts'
import { evaluate } from '../../src/gate/evaluate.ts'
import type { Run } from '../../src/model/index.ts'
import { strictPolicy } from '../../src/policy/index.ts'
import { renderGithub, renderReports, renderTerminal, reportedFindings } from '../../src/report/index.ts'
import { tools } from '../../src/tools/images.ts'
import { parsePackageScan, requireSubject } from '../../src/tools/trivy/output.ts'
import { bindCycloneDx, bindSpdx } from '../../src/tools/trivy/sbom.ts'
import { evidenceOfScan } from './evidence-of-scan.ts'
import { imageDigest, imageId } from './generated-image.ts'
import { megabytes, say, stopwatch } from './stopwatch.ts'

/** What `scale.ts` measures, in a process of its own: from the files in a directory to the reports below it. */
await work(process.argv[2] ?? '')

async function work(directory: string): Promise<void> {
  const all = stopwatch()
  const step = async <T>(name: string, task: () => T | Promise<T>): Promise<T> => {
    const took = stopwatch()
    const value = await task()
    say(`${name.padEnd(10)} ${took()}`)
    return value
  }
  const read = (name: string) => readText(join(directory, name))
  const scan = await step('scan', () => parsePackageScan(read('condensed.json')))
  requireSubject(scan.subject, { version: tools.trivy.version, configuration: imageId, platform: 'linux/amd64' })
  const image = { name: 'bench', digest: imageDigest, configuration: imageId, packages: scan.packages.length }
  const cyclonedx = await step('cyclonedx', () => bindCycloneDx(read('sbom.cdx.json'), image))
  const spdx = await step('spdx', () => bindSpdx(read('sbom.spdx.json'), image))
  const evidence = await step('digests', () => evidenceOfScan(scan, { cyclonedx, spdx }))
  const { verdict } = await step('gate', () => evaluate(strictPolicy, evidence, new Date('2026-11-23T01:12:41Z')))
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
  const findings = await step('findings', () => reportedFindings(run))
  const reports = await step('reports', () => renderReports(run, findings))
  await step('terminal', () => renderTerminal(run, { color: true, width: 120 }, findings))
  await step('github', () => renderGithub(run, findings))
  await step('write', () =>
    writeReports(join(directory, 'reports'), {
      ...reports,
      'sbom.cdx.json': cyclonedx.text,
      'sbom.spdx.json': spdx.text,
    }),
  )
  for (const name of Object.keys(reports)) say(`  ${name.padEnd(18)} ${megabytes(join(directory, 'reports', name))}`)
  say(
    `all ${all()}, at most ${((process.resourceUsage().maxRSS * 1_024) / 1e6).toFixed(0)} MB of memory, outcome ${verdict.outcome}`,
  )
}

/** In pieces, as texts come from the engine: a file's bytes are not in memory beside its text. */
function readText(path: string): string {
  const [file, buffer, decoder] = [openSync(path, 'r'), Buffer.alloc(1_000_000), new StringDecoder('utf8')]
  const pieces: string[] = []
  for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer))
    pieces.push(decoder.write(buffer.subarray(0, length)))
  closeSync(file)
  return pieces.join('')
}
