import { mkdtempSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { condenseReport } from '../../src/tools/inspect/command.ts'
import { writeCycloneDx, writeScannerReport, writeSpdx, type Extent } from './generated-image.ts'
import { megabytes, say, stopwatch } from './stopwatch.ts'

/**
 * `npm run bench:scale [vulnerabilities] [packages]`: how long it takes, and how much memory, from the scanner's report to the written reports.
 * The reports are made up, the same each time. The work is done in a process of its own, whose largest memory is what the kernel says of it;
 * it runs a bundle, as the command line does: with tsx, the compiler would be in the same process and be measured too. Loading the bundle is not measured.
 * Its heap is bounded, so that it ends with an error where the work does not fit; with room, Node would rather take it than collect.
 * Beside the time that passed stands the processor's, which a busy machine changes less.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const [vulnerabilities = 50_000, packages = 100_000] = process.argv.slice(2).map(Number)
await bench({ vulnerabilities, packages })

async function bench(extent: Extent): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-bench-'))
  // A bundle finds its package two levels up.
  const bundle = join(root, 'dist', `.${randomUUID()}`)
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
    await execa(process.execPath, [join(root, 'ci/bundle.mjs'), bundle, 'test/bench/scale-work.ts'])
    await execa(
      process.execPath,
      ['--max-old-space-size=500', '--enable-source-maps', join(bundle, 'scale-work.mjs'), directory],
      { cwd: root, stdio: 'inherit' },
    )
  } finally {
    rmSync(directory, { recursive: true })
    rmSync(bundle, { recursive: true, force: true })
  }
}
