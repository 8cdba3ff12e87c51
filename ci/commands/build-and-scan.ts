import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { dag, type Secret } from '@dagger.io/dagger'
import { deliver, type Publication } from '../../pipelines/deliver.ts'
import { documentRun, exitCodeOf } from '../../pipelines/run-record.ts'
import { DeliveryError } from '../../src/errors.ts'
import type { Lock, Run } from '../../src/model/index.ts'
import { renderJson, renderReports, renderTerminal, reportedFindings } from '../../src/report/index.ts'
import type { GivenDatabase } from '../../src/stages/evidence/database.ts'
import type { ManifestForm } from '../../src/stages/layout.ts'
import { parseLock } from '../../src/stages/source.ts'
import { parseImageReference } from '../../src/tools/buildkit/image-reference.ts'
import { cacheScope } from '../cache-scope.ts'
import { useColor } from '../color.ts'
import { credential } from '../credential.ts'
import { findEngine, type Engine } from '../engine.ts'
import { readGitFacts } from '../git-facts.ts'
import { githubStep, tellGithub } from '../github-actions.ts'
import { pathInRepository } from '../path-in-repository.ts'
import { liveDisplay, plainDisplay, silentDisplay, type ProgressDisplay } from '../progress-display.ts'
import { givenText, policyText, readInput } from '../policy-input.ts'
import { reachRegistry } from '../reach-registry.ts'
import { clearReports, writeReports } from '../report-directory.ts'
import { withSession } from '../session.ts'
import { givenSigner, type SignerOptions } from '../signer.ts'

/** The options of `loadline build-and-scan`, as the command line gives them. */
export interface BuildAndScanOptions extends SignerOptions {
  policy?: string
  organisation?: string
  baseline?: string
  knownExploited?: string
  output: string
  platform: string[]
  publish?: string
  consumer?: ManifestForm
  immutableTags: boolean
  tag: string[]
  version?: string
  registryConfig?: string
  registryCa?: string
  vulnerabilityDatabase?: string
  lock?: string
  buildArg: string[]
  buildSecret: string[]
  cacheScope?: string
  engine?: string
  json: boolean
  quiet: boolean
  progress: 'auto' | 'live' | 'plain' | 'none'
}

/** Runs the whole flow on one source directory, writes the reports, prints the verdict, and gives the exit code. */
export async function buildAndScan(source: string, options: BuildAndScanOptions): Promise<number> {
  const startedAt = new Date()
  const name = imageName(source)
  const output = resolve(options.output)
  const display = chooseDisplay(options)
  const path = await pathInRepository(source, process.env['GITHUB_WORKSPACE'])
  const place = path === undefined ? {} : { pathInRepository: path }
  const broken = (error: unknown) => documentRun({}, { name, mode: 'unknown', startedAt, ...place }, error)
  await clearReports(output)
  // Whoever kills this process finds a report that says so, and none that reads as clean.
  await writeReports(output, renderReports(await broken(new DeliveryError('ENGINE', 'this run has not ended: it still goes on, or it was interrupted', 'Wait for it, or run again.'))))

  let run: Run
  let reports: Record<string, string>
  try {
    await requireDirectory(source)
    const policy = await policyText(options.policy, 'policy')
    const organisation = await policyText(options.organisation, 'organisation')
    const baseline = await givenText(options.baseline, 'baseline')
    const knownExploited = await givenText(options.knownExploited, 'known-exploited')
    const engine = await findEngine({ say: display.say, ...(options.engine === undefined ? {} : { address: options.engine }) })
    const given = await readGivenLock(options, source, engine)
    const git = await readGitFacts(resolve(source), process.env, display.say)
    const delivery = await withSession(engine, join(output, 'engine.log'), async () =>
      deliver(
        {
          directory: dag.host().directory(resolve(source), { exclude: ['.git', 'loadline-report'] }),
          name,
          platforms: options.platform,
          buildArgs: keyValues(options.buildArg, '--build-arg'),
          buildSecrets: await buildSecrets(options.buildSecret),
          cacheScope: cacheScope(options.cacheScope, process.env),
          lock: given,
          now: startedAt,
          progress: display.progress,
          ...place,
          ...(options.consumer === undefined ? {} : { consumer: options.consumer }),
          ...(git === undefined ? {} : { git }),
          ...(options.version === undefined ? {} : { version: options.version }),
          ...(policy === undefined ? {} : { policy }),
          ...(organisation === undefined ? {} : { organisation }),
          ...(baseline === undefined ? {} : { baseline }),
          ...(knownExploited === undefined ? {} : { knownExploited }),
          ...(await givenDatabase(options.vulnerabilityDatabase)),
        },
        await publication(options),
      ),
    )
    ;({ run, reports } = delivery)
  } catch (error) {
    run = await broken(error)
    reports = renderReports(run)
  } finally {
    display.stop()
  }
  await writeReports(output, reports)
  const step = githubStep(process.env)
  // On standard error, which GitHub reads as well: standard output may be the document.
  const findings = reportedFindings(run)
  if (step !== undefined) await tellGithub(step, run, output, (text) => void process.stderr.write(text), findings)
  if (options.json) process.stdout.write(reports['verdict.json'] ?? renderJson(run))
  else if (!options.quiet || run.outcome !== 'passed') {
    process.stdout.write(renderTerminal(run, { color: useColor(process.stdout), width: process.stdout.columns ?? 100, reports: options.output }, findings))
  }
  return exitCodeOf(run)
}

function chooseDisplay({ progress, json, quiet }: BuildAndScanOptions): ProgressDisplay {
  if (progress === 'none' || (progress === 'auto' && (quiet || json))) return silentDisplay()
  return progress === 'live' || (progress === 'auto' && process.stderr.isTTY) ? liveDisplay(process.stderr) : plainDisplay(process.stderr)
}

function imageName(source: string): string {
  return basename(resolve(source)).toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'application'
}

async function requireDirectory(source: string): Promise<void> {
  const found = await stat(source).catch(() => undefined)
  if (!found?.isDirectory()) {
    throw new DeliveryError('SOURCE', `${source} is ${found === undefined ? 'not there' : 'no directory'}`, 'Give the path of the directory that has the Dockerfile.')
  }
}

/** On a sealed engine its own lock counts: no other digest can be had there. */
export async function readGivenLock(options: { lock?: string }, source: string, engine: Engine): Promise<Lock> {
  const path = engine.lockFile ?? options.lock ?? join(source, 'loadline.lock.json')
  if (engine.lockFile === undefined && options.lock === undefined && (await stat(path).catch(() => undefined)) === undefined) {
    throw new DeliveryError('LOCK', `no lock file pins the tools and base images: ${path} is not there`, `Run "loadline lock ${source}" once and commit the file that it writes.`)
  }
  return parseLock(await readInput(path, 'LOCK', 'lock'), path)
}

function keyValues(entries: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=')
      if (at < 1) throw new DeliveryError('USAGE', `${option} takes NAME=VALUE, found "${entry}"`, `Write ${option} NAME=VALUE.`)
      return [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )
}

async function buildSecrets(entries: readonly string[]): Promise<Map<string, Secret>> {
  const sources = keyValues(entries, '--build-secret')
  return new Map(await Promise.all(Object.entries(sources).map(async ([id, source]) => [id, await credential(id, source, '--build-secret')] as const)))
}

export async function givenDatabase(given: string | undefined): Promise<{ database?: GivenDatabase }> {
  if (given === undefined) return {}
  const found = await stat(given).catch(() => undefined)
  if (found?.isDirectory()) return { database: { directory: dag.host().directory(resolve(given)) } }
  if (found === undefined && !/^[./~]/.test(given) && parseImageReference(given) !== undefined) return { database: { reference: given } }
  throw new DeliveryError('DATABASE', `the vulnerability database ${given} is neither a directory nor a registry reference`, 'Give a directory with db/trivy.db and db/metadata.json, or registry/repository:tag.')
}

async function publication(options: BuildAndScanOptions): Promise<Publication | undefined> {
  const { publish, registryConfig, registryCa } = options
  const signer = await givenSigner(options)
  if (publish === undefined) {
    if (signer.signer !== undefined || signer.withheld !== undefined) throw new DeliveryError('USAGE', 'a signer signs what --publish publishes, and there is no --publish', 'Add --publish registry/repository:tag.')
    const without = Object.entries({ '--tag': options.tag.length === 0 ? undefined : options.tag, '--consumer': options.consumer, '--immutable-tags': options.immutableTags || undefined, '--registry-ca': registryCa, '--registry-config': registryConfig }).find(([, value]) => value !== undefined)
    if (without !== undefined) throw new DeliveryError('USAGE', `${without[0]} is about publishing, and there is no --publish`, 'Add --publish registry/repository:tag.')
    return undefined
  }
  return {
    target: await reachRegistry(publish, { registryConfig, registryCa }),
    ...(options.tag.length === 0 ? {} : { tagRules: options.tag }),
    immutableTags: options.immutableTags,
    ...signer,
  }
}
