import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findEngine, type Engine } from '../../ci/run/choose-engine.ts'
import { withSession } from '../../ci/run/session.ts'
import type { Lock } from '../../src/model/index.ts'
import { pinnedImage } from '../../src/engine/pinned-image.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { buildpacksPrograms } from '../programs/modules.ts'
import { buildWithBuildpacks } from './buildpacks/lifecycle.ts'
import { buildAndScan, scratch } from './command-line.ts'
import { compiled } from './compiled.ts'
import { independentCrane } from './independent-crane.ts'

const server = `import os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
        self.wfile.write(os.environ["GREETING"].encode())

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
HTTPServer(("0.0.0.0", 8080), Answer).serve_forever()
`

const policy = `version: 1
image:
  name: buildpacks/server
rules:
  dockerfile: { level: warn, reason: "Buildpacks built it: there is no Dockerfile." }
  labels: { level: warn, reason: "The buildpack of this test sets none." }
structure:
  required: false
configuration:
  healthcheck: optional
database:
  accept: [official, given, example]
  maximumAge: 36500d
runtime:
  probe: { http: { port: 8080, path: /health } }
`

let home: string
let engine: Engine
let lock: Lock
let programs: Record<'lifecycle' | 'launcher', string>
let runImage: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'loadline-buildpacks-'))
  engine = await findEngine({ say: () => undefined })
  lock = parseSealedLock(readFileSync(engine.lockFile ?? '', 'utf8'), engine.lockFile ?? '')
  programs = await compiled(buildpacksPrograms)
  const crane = await independentCrane()
  runImage = join(home, 'run')
  await execa(crane, [
    'pull',
    '--format',
    'oci',
    pinnedImage('gcr.io/distroless/python3-debian12:nonroot', lock) ?? '',
    runImage,
  ])
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Builds an application of one file by Buildpacks; gives the OCI layout that came out of it. */
async function built(text: string): Promise<string> {
  const directory = scratch()
  const application = join(directory, 'application')
  await execa('mkdir', [application])
  writeFileSync(join(application, 'server.py'), text)
  const layout = join(directory, 'layout')
  await withSession(engine, join(directory, 'engine.log'), async () => {
    await buildWithBuildpacks({ programs, lock, application, runImage })
      .directory('/out/example.com/app/built')
      .export(layout)
  })
  return layout
}

async function judged(layout: string) {
  const source = scratch()
  writeFileSync(join(source, 'loadline.yaml'), policy)
  return buildAndScan(source, ['--image', layout])
}

it('an image that Buildpacks built passes the same gate, byte for byte as the lifecycle wrote it', async () => {
  const layout = await built(server)
  const { run, exitCode, stdout } = await judged(layout)
  expect({ exitCode, failure: run.failure }, stdout).toEqual({ exitCode: 0, failure: undefined })
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { manifests: Array<{ digest: string }> }
  const [platform] = run.evidence?.platforms ?? []
  expect(platform?.archive.digest).toBe(index.manifests[0]?.digest)
  expect(platform?.evidence.runtime).toMatchObject({ status: 'collected', value: { outcome: 'ready' } })
})

it('one that ends at once is refused, as an image of a Dockerfile would be', async () => {
  const { run, exitCode } = await judged(await built('raise SystemExit("no database")\n'))
  expect({ exitCode, outcome: run.outcome }).toEqual({ exitCode: 1, outcome: 'rejected' })
  expect(run.verdict?.results.filter(({ status }) => status === 'failed').map(({ rule }) => rule)).toEqual([
    'runtime-ready',
  ])
})
