import { describe, expect, it } from 'vitest'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import { parseKeptAnswers, type Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

const source = {
  'requirements.txt': requirementsWith('uvicorn==0.54.0'),
  'orders/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/health")\ndef h(): ...\n',
}

const answers = {
  name: 'orders',
  targets: ['compose'],
  compliance: ['internal'],
  repository: 'https://git.example.com/shop/orders',
}

function scaffoldBeside(files: Record<string, string>, given: Record<string, unknown> = {}): Promise<Scaffold> {
  return makeScaffold({ ...answers, ...given }, treeOf({ ...source, ...files }))
}

const own = `FROM node:24 AS front
COPY client client
RUN npm ci && npm run compile
FROM python:3.13
RUN apt-get update && apt-get install -y --no-install-recommends curl libxml2 && rm -rf /var/lib/apt/lists/*
RUN pip install -r requirements.txt && useradd app && mkdir /data
WORKDIR /app
COPY . .
COPY pages ./pages
COPY rules.yaml /etc/rules.yaml
RUN python manage.py collectstatic --noinput
ENV FEATURE=on PYTHONUNBUFFERED=1
EXPOSE 8000 9000
ENTRYPOINT ["tini", "--"]
CMD ["uvicorn", "orders.main:app", "--proxy-headers", "--port", "8000"]
`

describe("the project's own Dockerfile", () => {
  it('is compared with the one that takes its place: what is dropped is said', async () => {
    const { notes, files } = await scaffoldBeside({ Dockerfile: own, 'rules.yaml': '', 'pages/a.html': '' })
    const note = notes.find((one) => one.includes("The project's Dockerfile")) ?? ''
    for (const lost of [
      'npm ci (line 3); npm run compile (line 3)',
      'packages curl, libxml2 (line 5)',
      'python manage.py collectstatic --noinput (line 11)',
      'ENV FEATURE (line 12)',
      'COPY rules.yaml /etc/rules.yaml (line 10)',
      'its start, tini -- uvicorn orders.main:app --proxy-headers --port 8000',
      'EXPOSE 9000',
    ])
      expect(note).toContain(lost)
    expect(note).not.toMatch(/requirements|useradd|mkdir|apt-get|PYTHONUNBUFFERED/)
    expect(files['DEPLOYMENT.md']).toContain(note)
  })

  it('brings what it copies to its working directory', async () => {
    const { files, notes } = await scaffoldBeside({ Dockerfile: own, 'pages/a.html': '' })
    expect(files['Dockerfile']).toContain('COPY pages /app/pages\n')
    expect(notes.join('\n')).toContain('pages (Dockerfile:9)')
  })

  it('brings what it copies to a working directory that is below another', async () => {
    const text = 'FROM python:3.13\nWORKDIR /srv\nWORKDIR orders\nCOPY pages /srv/orders/pages\n'
    const { files } = await scaffoldBeside({ Dockerfile: text, 'pages/a.html': '' })
    expect(files['Dockerfile']).toContain('COPY pages /app/pages\n')
  })

  it('is compared script by script, and not by the shell that runs one', async () => {
    const { notes } = await scaffoldBeside({ Dockerfile: 'FROM python:3.13\nRUN bash setup.sh && sh -e\n' })
    expect(notes.join('\n')).toContain('does not: bash setup.sh (line 2). Decide')
  })

  it('is remembered after the other has taken its place, so that the same comes out', async () => {
    const first = await scaffoldBeside({ Dockerfile: own, 'pages/a.html': '', 'compose.yaml': compose })
    const kept = parseKeptAnswers(first.files['deploy/scaffold.yaml'] ?? '', '')
    const again = await makeScaffold(kept, treeOf({ ...source, 'pages/a.html': '', ...first.files }))
    expect(again.files).toEqual(first.files)
  })

  it('says the port where the code does not', async () => {
    const go = { 'go.mod': 'module example.com/orders\n', 'main.go': 'package main\nfunc main() {}\n' }
    const made = (text: string) =>
      makeScaffold({ ...answers, health: 'tcp' }, treeOf({ ...go, Dockerfile: `FROM scratch\n${text}\n` }))
    expect((await made('EXPOSE 7000/tcp')).application.port).toBe(7000)
    await expect(made('EXPOSE 7000 7001')).rejects.toThrow('found 7000, 7001 in EXPOSE of the Dockerfile')
    await expect(made('EXPOSE 80')).rejects.toThrow(
      'found 80 in EXPOSE of the Dockerfile, and one below 1024 needs a privilege',
    )
    await expect(made('')).rejects.toThrow('found none in the code')
  })

  it('says so if it cannot be read', async () => {
    expect((await scaffoldBeside({ Dockerfile: 'NOT A DOCKERFILE\n' })).notes.join('\n')).toContain(
      'everything, because it cannot be read (line 1:',
    )
  })

  it('is not named if it does nothing else', async () => {
    const same =
      'FROM python:3.13\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY orders orders\nEXPOSE 8000\nCMD ["uvicorn", "orders.main:app", "--host", "0.0.0.0", "--port", "8000"]\n'
    expect((await scaffoldBeside({ Dockerfile: same })).notes.join('\n')).not.toContain("The project's")
  })
})

const compose = `services:
  web:
    build: .
  worker:
    build: .
    command: [rq, worker]
  db:
    image: postgres
`

describe('another process of the same code', () => {
  it('is a question', async () => {
    const { files } = await scaffoldBeside({
      Procfile: 'web: uvicorn\nclock: python -m orders.clock\n',
      'docker-compose.yml': compose,
    })
    const questions = files['deploy/questions.md'] ?? ''
    expect(questions).toContain('Where does clock (Procfile: `python -m orders.clock`) run?')
    expect(questions).toContain('Where does worker (docker-compose.yml: `rq worker`) run?')
    expect(questions).not.toMatch(/Where does (?:web|db)/)
    expect((await scaffoldBeside({})).files['deploy/questions.md']).not.toContain('Beside the server')
  })
})
