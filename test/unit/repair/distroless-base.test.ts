import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/repair/dockerfile-file.ts'
import { distrolessBase } from '../../../src/repair/rules/distroless-base.ts'
import { situationOf, type Given } from './situation.ts'

const full = { configuration: { packageManagers: ['/usr/bin/apt-get'] } }
const source = { 'requirements.txt': 'fastapi\n', 'app/main.py': '' }

/** The Dockerfile on its new base; undefined if none is proposed. */
function changed(text: string, given: Given = full): string | undefined {
  const [proposal, more] = distrolessBase.propose(situationOf(text, { source, ...given })).proposals ?? []
  expect(more).toBeUndefined()
  return proposal === undefined ? undefined : applyEdits(text, proposal.edits ?? [])
}

const environment = `FROM python:3.11-slim AS builder
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /opt/venv && \\
    /opt/venv/bin/pip install --no-cache-dir -r requirements.txt

# What is shipped.
FROM python:3.11-slim
RUN useradd --create-home appuser
USER appuser
WORKDIR /home/appuser/app
ENV PATH="/opt/venv/bin:$PATH"
COPY --from=builder /opt/venv /opt/venv
COPY ./app .
EXPOSE 8000
# It listens on 8000.
CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
`

const home = `FROM python:3.11-slim as builder
WORKDIR /build
COPY requirements.txt .
RUN pip install --user -r requirements.txt

FROM python:3.11-slim
WORKDIR /app
COPY --from=builder /root/.local /root/.local
COPY . .

ENV PATH=/root/.local/bin:$PATH
EXPOSE 8000
CMD ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]
`

const own = `FROM python:3.11 AS packages
COPY requirements.txt .
RUN pip install -r requirements.txt
FROM python:3.11-slim
COPY --from=packages /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages
COPY --from=packages /usr/local/bin /usr/local/bin
COPY app/ app/
USER 10001
ENTRYPOINT ["python", "-m", "app"]
CMD ["--verbose"]
`

describe('an application with its packages in a virtual environment of another stage', () => {
  it('is run from a base without a shell, which finds them by a variable; comments and lines stay', () => {
    expect(changed(environment)).toBe(`FROM python:3.11-slim AS builder
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /opt/venv && \\
    /opt/venv/bin/pip install --no-cache-dir -r requirements.txt
RUN rm -rf /opt/venv/bin/pip* /opt/venv/lib/python3.11/site-packages/pip /opt/venv/lib/python3.11/site-packages/pip-*

# What is shipped.
FROM gcr.io/distroless/python3-debian12:nonroot
USER 65532:65532
WORKDIR /home/appuser/app
ENV PATH="/opt/venv/bin:$PATH"
COPY --from=builder /opt/venv /opt/venv
ENV PYTHONPATH=/opt/venv/lib/python3.11/site-packages
COPY ./app .
EXPOSE 8000
ENTRYPOINT []
# It listens on 8000.
CMD ["/usr/bin/python3", "-m", "uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
`)
  })
  it('may start, and is not proven by a build alone', () => {
    const [proposal] = distrolessBase.propose(situationOf(environment, { ...full, source })).proposals ?? []
    expect(proposal).toMatchObject({ repair: 'distroless-base', equal: false, starts: true })
  })
  it('is proposed once, and only for an image that has what a build needs', () => {
    expect(changed(changed(environment) ?? '')).toBeUndefined()
    expect(changed(environment, {})).toBeUndefined()
  })
  it('keeps what it looks for itself behind the packages', () => {
    const given = environment.replace('COPY --from', 'ENV PYTHONPATH=/srv/lib\nCOPY --from')
    expect(changed(given)).toContain('ENV PYTHONPATH=/opt/venv/lib/python3.11/site-packages:$PYTHONPATH\n')
    expect(changed(environment.replace('EXPOSE 8000', 'ENV PYTHONPATH=/srv/lib'))).toBeUndefined()
  })
  it('is found by variables that are set before, or by the path of the program', () => {
    const variables = environment.replace(
      'ENV PATH="/opt/venv/bin:$PATH"',
      'ENV VIRTUAL_ENV=/opt/venv\nENV PATH="$VIRTUAL_ENV/bin:$PATH"',
    )
    expect(changed(variables)).toContain('ENV PYTHONPATH=/opt/venv/lib/python3.11/site-packages\n')
    const alone = environment.replace('ENV PATH="/opt/venv/bin:$PATH"\n', '')
    expect(changed(alone)).toBeUndefined()
    expect(changed(alone.replace('"uvicorn"', '"/opt/venv/bin/uvicorn"'))).toContain(
      'CMD ["/usr/bin/python3", "-m", "uvicorn", "main:app"',
    )
  })
  it('gives its files to the user by number, and is checked by the interpreter itself', () => {
    const text = environment
      .replace('COPY ./app .', 'COPY --chown=appuser:appuser ./app .')
      .replace('EXPOSE 8000', 'HEALTHCHECK --interval=30s CMD ["python", "-c", "import main"]')
    expect(changed(text)).toContain(
      'COPY --chown=65532:65532 ./app .\nHEALTHCHECK --interval=30s CMD ["/usr/bin/python3", "-c", "import main"]\n',
    )
    expect(changed(text.replace('CMD ["python", "-c", "import main"]', 'NONE'))).toContain(
      'HEALTHCHECK --interval=30s NONE',
    )
  })
  it('keeps the number that the account has, and what root owns', () => {
    const text = environment.replace('COPY ./app .', 'COPY --chown=root:appuser ./app .')
    const account = { configuration: { ...full.configuration, user: 'appuser' }, runtime: { user: '10001:10001' } }
    expect(changed(text, account)).toContain('\nUSER 10001:10001\n')
    expect(changed(text, account)).toContain('COPY --chown=root:10001 ./app .\n')
  })
  it('keeps pip where another stage may install more', () => {
    const more = environment.replace('# What', 'FROM builder AS development\nRUN pip install pytest\n\n# What')
    expect(changed(more)).toContain('python3-debian12')
    expect(changed(more)).not.toContain('rm -rf')
  })
  it('keeps pip where people build the other stage by its name', () => {
    const [proposal] =
      distrolessBase.propose(
        situationOf(environment, {
          ...full,
          source: { ...source, 'deploy/test.sh': 'docker build --target builder .' },
        }),
      ).proposals ?? []
    expect(proposal?.edits?.some(({ text }) => text.includes('rm -rf'))).toBe(false)
  })
  it('keeps a directory that is only called like the interpreter', () => {
    const copy = 'COPY --from=builder /src/plugins/python /srv/plugins/python\n'
    expect(changed(environment.replace('EXPOSE', `${copy}EXPOSE`))).toContain(copy)
  })
  it('loses commands about accounts, owners and modes', () => {
    const accounts = `RUN groupadd app && useradd -g app app \\
    && chown -R app:app /opt && chmod -R a+rX /opt
USER app:app`
    expect(changed(environment.replace('RUN useradd --create-home appuser\nUSER appuser', accounts))).toContain(
      'FROM gcr.io/distroless/python3-debian12:nonroot\nUSER 65532:65532\nWORKDIR',
    )
  })
  it.each<[string, string, string]>([
    ['has an owner in quotes', 'COPY ./app .', 'COPY --chown="appuser:appuser" ./app .'],
    ['downloads a file, which only its owner may read', 'COPY ./app .', 'ADD https://example.com/a.bin /a.bin'],
    [
      'installs packages of the distribution',
      'RUN useradd',
      'RUN apt-get update && apt-get install -y libpq5 && useradd',
    ],
    ['installs packages itself', 'EXPOSE 8000', 'RUN pip install gunicorn'],
    ['makes a directory', 'EXPOSE 8000', 'RUN mkdir /data'],
    ['is started by a shell', 'CMD ["uvicorn", "main:app"', 'CMD ["sh", "-c", "uvicorn main:app"'],
    ['is started by a program that is not known', '"uvicorn"', '"./start"'],
    ['has a volume', 'EXPOSE 8000', 'VOLUME /data'],
    ['has a check that needs a shell', 'EXPOSE 8000', 'HEALTHCHECK CMD curl --fail http://localhost:8000/'],
    ['has a check by another program', 'EXPOSE 8000', 'HEALTHCHECK CMD ["curl", "--fail", "http://localhost:8000/"]'],
    ['sets modes', 'COPY ./app .', 'COPY --chmod=755 ./app .'],
    ['has its own shell', 'EXPOSE 8000', 'SHELL ["/bin/bash", "-c"]'],
    ['prepares a stage that follows', 'EXPOSE 8000', 'ONBUILD COPY . .'],
    ['has a here-document', 'COPY ./app .', 'COPY <<EOF main.py\nimport os\nEOF'],
    ['works where an argument says', 'WORKDIR /home/appuser/app', 'ARG HERE\nWORKDIR $HERE'],
    ['has another version', 'FROM python:3.11-slim\n', 'FROM python:3.13-slim\n'],
    ['has a version that no other base has', 'python:3.11-slim', 'python:3.12-slim'],
    ['is on a base by digest', 'FROM python:3.11-slim\n', `FROM python:3.11-slim@sha256:${'a'.repeat(64)}\n`],
    ['starts from a stage', 'FROM python:3.11-slim\n', 'FROM builder\n'],
    ['takes them from another image', '--from=builder', '--from=example.com/packages:1'],
  ])('is left as it is where it %s', (_, written, other) =>
    expect(changed(environment.replaceAll(written, other))).toBeUndefined(),
  )
})

describe('an application with packages that root installed for itself', () => {
  it('takes them where another user can read them', () => {
    expect(changed(home)).toBe(`FROM python:3.11-slim as builder
WORKDIR /build
COPY requirements.txt .
RUN pip install --user -r requirements.txt

FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /app
COPY --from=builder /root/.local /opt/packages
ENV PYTHONPATH=/opt/packages/lib/python3.11/site-packages
COPY . .

ENV PATH=/opt/packages/bin:$PATH
EXPOSE 8000
USER 65532:65532
ENTRYPOINT []
CMD ["/usr/bin/python3", "-m", "uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]
`)
  })
  it('leaves them in the home of another user, which everybody can read', () => {
    const text = home
      .replace('/root/.local\nCOPY', '/home/app/.local\nCOPY')
      .replace('/root/.local/bin', '/home/app/.local/bin')
    expect(changed(text)).toContain(
      'COPY --from=builder /root/.local /home/app/.local\nENV PYTHONPATH=/home/app/.local/lib/python3.11/site-packages\n',
    )
  })
  it('is left as it is if it has more in that home', () => {
    expect(changed(home.replace('EXPOSE 8000', 'ENV HOME=/root'))).toBeUndefined()
    expect(changed(home.replace('COPY . .', 'COPY . /root/app'))).toBeUndefined()
    expect(changed(home.replace('"app:app"', '"app:app", "--log-config", "/root/log.json"'))).toBeUndefined()
    expect(changed(home.replace('"uvicorn"', '"/root/.local/bin/uvicorn"'))).toContain(
      '["/usr/bin/python3", "-m", "uvicorn"',
    )
  })
})

describe('an application with packages in the directory of the interpreter', () => {
  it('has them in that of the other one, without scripts, which it starts by their modules', () => {
    expect(changed(own)).toBe(`FROM python:3.11 AS packages
COPY requirements.txt .
RUN pip install -r requirements.txt
RUN rm -rf /usr/local/lib/python3.11/site-packages/pip /usr/local/lib/python3.11/site-packages/pip-*
FROM gcr.io/distroless/python3-debian12:nonroot
WORKDIR /
COPY --from=packages /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/dist-packages
COPY app/ app/
USER 10001
ENTRYPOINT ["/usr/bin/python3", "-m", "app"]
CMD ["--verbose"]
`)
  })
  it('keeps a program of another stage that is none of theirs', () => {
    const line = 'COPY --from=packages /usr/local/bin/wait /usr/local/bin/gunicorn /usr/local/bin/\n'
    expect(changed(own.replace('COPY --from=packages /usr/local/bin /usr/local/bin\n', line))).toContain(line)
  })
  it('is found below another prefix, which is not the interpreter’s own', () => {
    const written = '/usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages'
    expect(changed(own.replace(written, '/install /usr/local'))).toContain(
      'COPY --from=packages /install /usr/local\nENV PYTHONPATH=/usr/local/lib/python3.11/site-packages\n',
    )
    expect(changed(own.replace(written, '/usr/local /usr/local'))).toBeUndefined()
  })
})
