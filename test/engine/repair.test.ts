import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Repaired } from '../../src/repair/index.ts'
import { application } from './application.ts'
import { loadline } from './command-line.ts'

const dockerfile = `FROM gcr.io/distroless/python3-debian12:nonroot
ENV PYTHONDONTWRITEBYTECODE=1
# The whole application.
ADD app.py /app.py
USER root
ENTRYPOINT ["/usr/bin/python3", "/app.py"]
`

const program = `import signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = socket.create_server(('0.0.0.0', 8000))
while True:
    server.accept()[0].close()
`

/** Asks for what a run of it can show, and for no tests. */
const policy = `version: 1
structure: {required: false}
configuration: {healthcheck: optional, labels: [org.opencontainers.image.title]}
runtime: {probe: {tcp: {port: 8000}}}
database: {accept: [official, given, example], maximumAge: 3650d}
`

describe('loadline repair', () => {
  it('makes an image pass that ran as root, keeps what else is written, and writes nothing unless it is asked to', async () => {
    const source = application({ Dockerfile: dockerfile, 'app.py': program, 'loadline.yaml': policy })
    const { exitCode, stdout, stderr } = await loadline(['repair', source, '--json'])
    expect(exitCode, stderr).toBe(0)
    const repaired = JSON.parse(stdout) as Repaired
    expect([repaired.before.outcome, repaired.after.outcome]).toEqual(['rejected', 'passed'])
    expect(repaired.changes.map(({ rule, after }) => `${rule} ${after}`)).toEqual([
      'lint-level passed',
      'runtime-run passed',
      'user passed',
    ])
    expect(repaired.kept.map(({ repair }) => repair)).toEqual(['user', 'add-to-copy'])
    expect(repaired.files).toEqual({
      Dockerfile: dockerfile.replace('ADD app.py', 'COPY app.py').replace('USER root', 'USER 65532:65532'),
    })
    expect(readFileSync(join(source, 'Dockerfile'), 'utf8')).toBe(dockerfile)
  })
})
