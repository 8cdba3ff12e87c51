import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { Run } from '../../src/model/index.ts'
import type { Repaired } from '../../src/repair/index.ts'
import { serveRepository } from '../unit/ci/github/served-repository.ts'
import { actionStep } from './action-step.ts'
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

/** Asks for what an application without a repository can have. */
const ownPolicy = `version: 1
configuration: {labels: [org.opencontainers.image.title]}
database: {accept: [official, given, example], maximumAge: 3650d}
`

const fastapi = {
  Dockerfile: `FROM python:3.11
WORKDIR /app
# The whole application.
COPY . .
RUN pip install -r requirements.txt
EXPOSE 8000
CMD uvicorn main:app --host 0.0.0.0 --port 8000
`,
  'requirements.txt': 'fastapi==0.115.6\nuvicorn==0.34.0\n',
  'main.py': `from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
`,
  'loadline.yaml': ownPolicy,
}

const compiled = {
  Dockerfile: `FROM golang:1.26-bookworm
WORKDIR /src
COPY . .
RUN go build -o server .
# Answers everything.
EXPOSE 8080
CMD ["./server"]
`,
  'go.mod': 'module example.com/hello\n\ngo 1.26\n',
  'main.go': `package main

import (
	"context"
	"net/http"
	"os/signal"
	"syscall"
)

func main() {
	asked, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { answer.Write([]byte("hello")) })
	server := &http.Server{Addr: ":8080"}
	go server.ListenAndServe()
	<-asked.Done()
	server.Shutdown(context.Background())
}
`,
  'loadline.yaml': ownPolicy,
}

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

    const asked = ['call', 'repair', '--source', source, 'after', 'file', '--path', 'Dockerfile', 'contents']
    const called = await loadline(['dagger', '--silent', ...asked])
    expect(called.exitCode, called.stderr).toBe(0)
    expect(called.stdout.trimEnd()).toBe(repaired.files['Dockerfile']?.trimEnd())
    expect((await loadline(['repair', source, '--write'])).exitCode).toBe(0)
    expect(readFileSync(join(source, 'Dockerfile'), 'utf8')).toBe(repaired.files['Dockerfile'])
  })

  it('makes a FastAPI application pass that ships what it was built with', async () => {
    const { exitCode, stdout, stderr } = await loadline(['repair', application(fastapi), '--json'])
    expect(exitCode, stderr).toBe(0)
    const { kept, files, rebuild, before, after } = JSON.parse(stdout) as Repaired
    expect(kept.map(({ repair }) => repair)).toEqual(
      expect.arrayContaining(['two-stages', 'health-check', 'structure-tests', 'dependencies-first']),
    )
    expect(files['Dockerfile']).toContain('\nFROM gcr.io/distroless/python3-debian12:nonroot\n')
    expect(files['Dockerfile']).toContain('# The whole application.\n')
    expect(rebuild?.after).toBeLessThan(rebuild?.before ?? 0)
    expect(unpacked(after)).toBeLessThan(unpacked(before) / 2)
  })

  it('proposes for a Go application, as a step of GitHub Actions, what makes it pass', async () => {
    const source = application(
      Object.fromEntries(Object.entries(compiled).map(([name, text]) => [`hello/${name}`, text])),
    )
    const commit = await committed(source)
    const { place, pulls, trees } = await serveRepository()
    const { exitCode, all, outputs, summary } = await actionStep(
      { action: 'repair/action.yml', source },
      { context: 'hello', token: place.token },
      { GITHUB_API_URL: place.api, GITHUB_REF: 'refs/heads/main', GITHUB_SHA: commit, GITHUB_EVENT_NAME: 'schedule' },
    )
    expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' })
    expect(outputs).toEqual({
      verdict: 'passed',
      changed: 'true',
      'pull-request': 'https://git.example.com/acme/shop/pull/1',
    })
    expect(pulls).toMatchObject([{ base: 'main', title: 'Repair the image of hello: rejected, then passed' }])
    const [{ tree = [] } = {}] = trees as Array<{ tree?: Array<{ path: string; content: string }> }>
    const proposed = new Map(tree.map(({ path, content }) => [path, content]))
    expect([...proposed.keys()].toSorted()).toEqual(expect.arrayContaining(['hello/.dockerignore', 'hello/Dockerfile']))
    expect(proposed.get('hello/Dockerfile')).toContain('\nFROM gcr.io/distroless/static-debian12:nonroot\n')
    expect(proposed.get('hello/Dockerfile')).toContain('# Answers everything.\n')
    expect(summary).toContain('+FROM gcr.io/distroless/static-debian12:nonroot')
    expect(readFileSync(join(source, 'hello/Dockerfile'), 'utf8')).toBe(compiled.Dockerfile)
  })
})

/** Makes the first commit of a repository, on its branch main. */
async function committed(directory: string): Promise<string> {
  const git = (...argv: string[]) =>
    execa('git', ['-C', directory, '-c', 'user.name=test', '-c', 'user.email=test@example.com', ...argv])
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'As it is')
  return (await git('rev-parse', 'HEAD')).stdout
}

function unpacked({ evidence }: Run): number {
  const size = evidence?.platforms[0]?.evidence.size
  if (size?.status !== 'collected') throw new Error('the size was not collected')
  return size.value.unpacked
}
