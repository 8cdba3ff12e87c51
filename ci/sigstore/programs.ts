import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { goBuildSteps, type GoBinary } from '../sealed/go-binaries.ts'
import type { Cache } from '../sealed/cache.ts'
import { contentKey, directoryDigest } from '../sealed/content-key.ts'
import { installPrerequisites } from '../sealed/prerequisites.ts'
import { readRecord, writeRecord } from '../sealed/process-record.ts'
import { withSetUpLock } from '../sealed/set-up-lock.ts'
import { runSteps, type Step, type StepEvent } from '../sealed/steps.ts'

/** Paths of the programs of a private Sigstore. */
export interface SigstorePrograms {
  fulcio: string
  rekor: string
  timestamps: string
}

const goDirectory = fileURLToPath(new URL('./go/', import.meta.url))

/** Compiled as the sealed toolchain compiles its own, and in the same cache; apart from its list, so that an engine's set-up knows nothing of them. */
const flags = {
  module: 'sigstore',
  ldflags: '-s -w',
  tags: [],
  env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOTOOLCHAIN: 'go1.26.8', GOWORK: 'off' },
}

const binaries: [GoBinary, ...GoBinary[]] = [
  { ...flags, name: 'fulcio', version: 'v1.8.8', package: 'github.com/sigstore/fulcio' },
  { ...flags, name: 'rekor', version: 'v2.3.0', package: 'github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix' },
  { ...flags, name: 'timestamps', version: 'v2.1.2', package: './timestamps' },
]

/**
 * Compiles Fulcio, Rekor and the timestamp authority from their Go modules, unless the cache has them: then nothing is waited for, not even the set-up of an engine.
 * Throws `PREREQUISITE` or `ENGINE`.
 */
export async function sigstorePrograms(cache: Cache, onProgress: (event: StepEvent) => void, say: (line: string) => void): Promise<SigstorePrograms> {
  const recordPath = cache.path('sigstore-programs.json')
  const key = contentKey({ source: await directoryDigest(goDirectory), binaries })
  const known = await readRecord<{ key: string; programs: SigstorePrograms }>(recordPath)
  if (known?.key === key && Object.values(known.programs).every((path) => existsSync(path))) return known.programs

  const prerequisites: Step<void> = { name: 'prerequisites', doing: 'looking for the commands that are needed', done: 'the commands that are needed are there', cost: 'network', needs: [], run: installPrerequisites }
  const compile = goBuildSteps({ module: flags.module, binaries }, prerequisites, goDirectory)
  return withSetUpLock(cache, undefined, say, async (signal) => {
    const { fulcio, rekor, timestamps } = (await runSteps([compile], { cache, onProgress, signal }))(compile)
    if (fulcio === undefined || rekor === undefined || timestamps === undefined) throw new Error('a program of the private Sigstore was not compiled')
    const programs = { fulcio, rekor, timestamps }
    await writeRecord(recordPath, { key, programs })
    return programs
  })
}
