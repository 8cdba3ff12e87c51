import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { writeApplication } from './made-up-application.ts'
import { writeArchive } from './written-image.ts'

/** One archive, judged by Loadline with every collector, and scanned by Trivy alone; in seconds. */
export interface BesideTrivy {
  what: string
  loadline: number
  trivy: number
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const archives = [
  { what: '50,000 packages', bytes: 1_000_000, packages: 50_000 },
  { what: '2 GB', bytes: 2_000_000_000, packages: 10 },
]

/** Judges archives that no cache knows, and lets Trivy scan the same for packages, licences, secrets and vulnerabilities, by itself and on this machine. */
export async function besideTrivy(
  { trivy, database }: { trivy: string; database: string },
  say: (line: string) => void,
): Promise<BesideTrivy[]> {
  const rows: BesideTrivy[] = []
  for (const { what, ...made } of archives)
    await inTemporaryDirectory(async (directory) => {
      const [application, layout, archive] = ['application', 'layout', 'image.tar'].map((name) => join(directory, name))
      if (application === undefined || layout === undefined || archive === undefined) throw new TypeError('three names')
      writeApplication(application, { ...made, platforms: ['linux/amd64'] })
      await writeArchive(join(application, 'app'), layout, archive)
      const policy = join(directory, 'policy.yaml')
      writeFileSync(
        policy,
        'version: 1\nextends: advisory\ndatabase: {accept: [example], maximumAge: 36500d}\nruntime: {required: false}\n',
      )
      const row = {
        what,
        loadline: await timed(process.execPath, [
          join(root, 'ci/loadline.mjs'),
          'build-and-scan',
          '--image',
          archive,
          '--policy',
          policy,
          '--output',
          join(directory, 'report'),
          '--progress',
          'none',
          '--quiet',
        ]),
        // It cannot read an OCI layout in a tar file.
        trivy: await timed(trivy, [
          'image',
          '--input',
          layout,
          '--scanners',
          'vuln,secret,license',
          '--format',
          'json',
          '--list-all-pkgs',
          '--output',
          join(directory, 'trivy.json'),
          '--cache-dir',
          database,
          '--cache-backend',
          'memory',
          '--skip-db-update',
          '--skip-java-db-update',
          '--offline-scan',
          '--skip-version-check',
          '--no-progress',
          '--timeout',
          '30m',
        ]),
      }
      say(`${what}: Loadline ${row.loadline.toFixed(1)} s, Trivy ${row.trivy.toFixed(1)} s`)
      rows.push(row)
    })
  return rows
}

/** Throws if it fails: it would be measured too short. */
async function timed(program: string, argv: readonly string[]): Promise<number> {
  const started = performance.now()
  await execa(program, argv, { cwd: root, stdin: 'ignore', env: { NO_COLOR: '1', npm_command: '' } })
  return (performance.now() - started) / 1_000
}

/** A new directory for the time of some work. */
async function inTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-bench-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
