import { dag, type Container, type Directory, type Secret } from '@dagger.io/dagger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeliveryError } from '../../src/model/errors.ts'
import type { Lock, Platform } from '../../src/model/index.ts'
import { defaultPolicy } from '../../src/policy/default.ts'
import { buildArchive, type BuiltArchive } from '../../src/stages/build/build.ts'
import { pinBases } from '../../src/stages/build/pin-bases.ts'
import { prepareDockerfile } from '../../src/stages/build/prepare-dockerfile.ts'
import { readDockerfile } from '../../src/stages/source/read-dockerfile.ts'
import { onEngine } from './application.ts'

const debian = 'docker.io/library/debian:12-slim'
const platform = 'linux/amd64'

/** One session for the whole file: every test is a build or the refusal of one. */
let lock: Lock
let ended: () => void
let session: Promise<void>

beforeAll(async () => {
  await new Promise<void>((ready, failed) => {
    session = onEngine(async (ofEngine) => {
      lock = ofEngine
      ready()
      await new Promise<void>((end) => (ended = end))
    })
    session.catch(failed)
  })
})

afterAll(async () => {
  ended()
  await session
})

interface Given {
  files?: Readonly<Record<string, string>>
  ignored?: string
  secrets?: Readonly<Record<string, string>>
  cacheScope?: string
  platform?: Platform
  /** Further bases of the lock. */
  bases?: Lock['bases']
}

/** Builds as a run does, and imports the archive again. Gives the image's files. */
async function build(text: string, given: Given = {}): Promise<Directory> {
  const { file } = await archive(text, given)
  return dag.container().import_(file).rootfs()
}

/** Builds as a run does: read, pin, prepare, build. */
async function archive(text: string, given: Given = {}): Promise<BuiltArchive> {
  const { prepared, directory, reading, secrets } = await prepare(text, given)
  return buildArchive(
    {
      directory,
      dockerfile: { path: 'Dockerfile', text, reading, ignored: given.ignored ?? '', buildArgs: {} },
      preparation: prepared,
      policy: defaultPolicy,
      secrets,
      ssh: undefined,
      labels: {},
      epoch: undefined,
    },
    given.platform ?? platform,
    lock,
  )
}

/** An image's configuration, as its layout has it. */
async function configurationOf({ archive: { digest }, layout }: BuiltArchive): Promise<Record<string, unknown>> {
  const blob = async (of: string) => JSON.parse(await layout.file(`blobs/${of.replace(':', '/')}`).contents()) as never
  const manifest: { config: { digest: string } } = await blob(digest)
  return blob(manifest.config.digest)
}

async function prepare(text: string, given: Given = {}) {
  const used = { ...lock, bases: [...lock.bases, ...(given.bases ?? [])] }
  const written = { path: 'Dockerfile', text }
  const secrets = new Map<string, Secret>(
    Object.entries(given.secrets ?? {}).map(([id, value]) => [id, dag.setSecret(id, value)]),
  )
  const choice = { buildArgs: {}, platforms: [given.platform ?? platform], secrets: [...secrets.keys()] }
  const reading = await readDockerfile(written, choice, used, { isBuilt: true })
  const { toPrepare } = await pinBases({ path: 'Dockerfile', reading }, used)
  const prepared = await prepareDockerfile(
    {
      ...written,
      ...choice,
      agent: false,
      cacheScope: given.cacheScope ?? 'test',
      pragmas: 'report',
      bases: toPrepare,
      isBuilt: true,
    },
    used,
  )
  const directory = contextOf(text, given)
  return { prepared, directory, reading, secrets }
}

function contextOf(text: string, { files = {}, ignored }: Given): Directory {
  const all = { ...files, Dockerfile: text, ...(ignored === undefined ? {} : { '.dockerignore': ignored }) }
  return Object.entries(all).reduce((made, [path, content]) => made.withNewFile(path, content), dag.directory())
}

async function refusal(text: string, given: Given = {}): Promise<DeliveryError> {
  const refused = await prepare(text, given).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(refused instanceof DeliveryError))
    throw new Error(`expected a refusal, found ${String(refused)}`, { cause: refused })
  return refused
}

/** What the engine itself says of a Dockerfile that it is given without a look at it. */
function unguarded(text: string): Container {
  const base = lock.bases.find(({ reference }) => reference === debian)
  if (base?.substitute === undefined) throw new Error(`the sealed toolchain serves no ${debian}`)
  return dag
    .directory()
    .withNewFile('Dockerfile', text.replaceAll(debian, `${base.substitute}@${base.digest}`))
    .withNewFile('a', 'a')
    .dockerBuild()
}

describe('a Dockerfile', () => {
  it('is built on what BuildKit reads, whatever the words of a command look like [fault 75]', async () => {
    const hidden =
      'FROM debian:12-slim\nRUN echo "usage: cat <<EOF"\nFROM gcr.io/distroless/static-debian12:nonroot\nCOPY a /a\n'
    const files = await build(hidden, { files: { a: 'a' } })
    expect(await files.exists('bin/sh')).toBe(false)
    expect(await files.file('a').contents()).toBe('a')
    const byPlatform = [
      'FROM debian:12-slim AS base-amd64',
      'RUN echo amd > /arch',
      'FROM nowhere.example/none:1 AS base-arm64',
      'RUN echo arm > /arch',
      'FROM base-${TARGETARCH}',
      '',
    ].join('\n')
    expect(await (await build(byPlatform)).file('arch').contents()).toBe('amd\n')
  })

  it('ships the bytes that were written, in here-documents and as a file of the source [fault 76]', async () => {
    const child = 'FROM scratch\nCOPY --from=debian:12-slim /etc/hostname /h\nRUN --mount=type=cache,target=/c true\n'
    const text = [
      '# FROM debian:12-slim',
      'FROM debian:12-slim',
      `COPY <<"EOF" /child\n${child}EOF`,
      '',
      'RUN --mount=type=cache,target=/c <<EOF cat > /script',
      'COPY --from=debian:12-slim /a /b',
      'EOF',
      'COPY . /src',
      'COPY ignored* seen* /some/',
      '',
    ].join('\n')
    const files = await build(text, { files: { seen: '1', ignored: '2' }, ignored: '*\n!seen\n!Dockerfile' })
    expect(await files.file('child').contents()).toBe(child)
    expect(await files.file('script').contents()).toBe('COPY --from=debian:12-slim /a /b\n')
    expect(await files.file('src/Dockerfile').contents()).toBe(text)
    expect((await files.directory('src').entries()).toSorted()).toEqual(['Dockerfile', 'seen'])
    expect(await files.directory('some').entries()).toEqual(['seen'])
  })

  it('asks for no image of a stage that is not built [fault 77]', async () => {
    const text = [
      'FROM nowhere.example/tools:1 AS tools',
      'RUN --network=host true',
      'FROM debian:12-slim AS unused',
      'COPY --from=nowhere.example/other:1 /a /b',
      'FROM debian:12-slim',
      'RUN echo built > /built',
      '',
    ].join('\n')
    expect(await (await build(text)).file('built').contents()).toBe('built\n')
  })

  it('has the platform that it is built for, with nothing else changed, if it begins with nothing', async () => {
    const settings =
      'ENV A=b\nUSER 65532\nWORKDIR /data\nVOLUME /data\nEXPOSE 80/udp\nSTOPSIGNAL SIGINT\nENTRYPOINT ["/a"]'
    const text = `FROM scratch AS files\nCOPY --chmod=755 a /a\nFROM files\n${settings}\nHEALTHCHECK --interval=7s CMD ["/a"]\n`
    const files = { a: 'a' }
    const ours = await configurationOf(await archive(text, { files }))
    const other = await configurationOf(await archive(text, { files, platform: 'linux/arm64' }))
    const { config, rootfs } = ours
    expect(config).toMatchObject({ User: '65532', Healthcheck: { Interval: 7e9 }, Volumes: { '/data': {} } })
    expect(other).toMatchObject({ architecture: 'arm64', config, rootfs })
  })

  it('keeps its cache mounts in their scope, however they are written [faults 45, 75]', async () => {
    const id = `shared-${Date.now()}`
    const flags = [
      `--mount=target=/c,id=${id},type=cache\\\n `,
      `--mount=type=ca\\\nche,id=${id},target=/c`,
      `--mount=TYPE=CACHE,ID=${id},TARGET=/c`,
      `--mount=type=$T,id=$I,target=/c`,
      `--mount=type=cache,id=trusted:${id},target=/c`,
      `--mount=type=cache,id=../trusted:${id},target=/c`,
      `--mount=\\"type=cache\\",id=${id},target=/c`,
    ]
    const text = `FROM debian:12-slim\nARG T=cache I=${id}\n${flags.map((flag) => `RUN ${flag} touch /c/poison`).join('\n')}\n`
    await build(text, { cacheScope: 'pull-request/1' })
    const look = `FROM debian:12-slim\nRUN --mount=type=cache,id=${id},target=/c ls -A /c > /seen\n`
    expect(await (await build(look, { cacheScope: 'trusted' })).file('seen').contents()).toBe('')
    expect(await (await build(look, { cacheScope: 'pull-request/1' })).file('seen').contents()).toBe('poison\n')
  })
})

describe('a build secret', () => {
  const now = Date.now()
  const canary = `canary-${now}-secret`
  // The engine remembers steps without their secrets, also from an earlier run with another one.
  const anew = `ENV BEGUN=${now}`
  const probe = (file: string) =>
    `{ cat /run/secrets/t /root/token 2>&1; echo "T=$T U=$U"; env; cat /proc/self/environ; grep -rs canary- /run /root /proc/self/mountinfo; } > ${file}; true`
  const seen = async (files: Directory, name: string) => (await files.file(name).contents()).includes(canary)

  it('is there for its own step, and for no later one, in no later stage, as a file or a variable [faults 39, 82]', async () => {
    const mounts =
      '--mount=type=secret,id=t --mount=type=secret,id=t,env=T --mount=type=secret,id=u,target=/root/token,mode=0444,required=true'
    const files = await build(
      [
        'FROM debian:12-slim AS one',
        anew,
        `RUN ${mounts} test "$(cat /run/secrets/t)" = "$T" && test -n "$(cat /root/token)" && sha256sum /root/token > /used`,
        `RUN ${probe('/later')}`,
        'COPY a /between',
        'WORKDIR /w',
        `RUN --mount=type=secret,id=u,target=/root/token <<E`,
        probe('/other'),
        'E',
        'FROM one AS two',
        'USER 65532',
        'FROM two AS three',
        'USER root',
        `RUN ["/bin/sh", "-c", ${JSON.stringify(probe('/stage'))}]`,
        'FROM debian:12-slim AS four',
        anew,
        'COPY --from=one / /copied',
        `RUN ${probe('/elsewhere')}`,
        'FROM three',
        'COPY --from=four /elsewhere /copied/root/ /',
        '',
      ].join('\n'),
      { files: { a: 'a' }, secrets: { t: canary, u: 'another-4711' } },
    )
    expect(await files.file('used').contents()).toMatch(/^[0-9a-f]{64}/)
    for (const name of ['later', 'other', 'stage', 'elsewhere'])
      expect([name, await seen(files, name)]).toEqual([name, false])
    expect(await files.file('other').contents()).toContain('another-4711')
    expect(await files.file('stage').contents()).not.toContain('another-4711')
    expect(await files.glob('**/token')).toEqual([])
  })

  it('is gone for any number of later steps, with several in one step and other mounts beside them [fault 82]', async () => {
    const look = '{ cat /run/s/a /run/s/b /root/.netrc; env; } >> /seen 2>&1; true'
    const steps = `RUN ${look}\nRUN --mount=type=cache,target=/z --mount=type=tmpfs,target=/a ${look}\n`.repeat(6)
    const mounts = ['id=t,target=/run/s/a', 'id=u,target=/run/s/b', 'id=t,target=/root/.netrc', 'id=u,env=U']
    const text = [
      'FROM debian:12-slim AS one',
      anew,
      'RUN echo own > /root/.netrc',
      `RUN ${mounts.map((mount) => `--mount=type=secret,${mount}`).join(' ')} <<E`,
      'set -eu',
      'test "$(cat /run/s/a) $(cat /run/s/b)" = "$(cat /root/.netrc) $U"',
      'cat /run/s/a /run/s/b | wc -c > /used',
      'E',
      `${steps}FROM one\n${steps}`,
    ].join('\n')
    const files = await build(text, { secrets: { t: canary, u: 'another-4711' } })
    expect(Number(await files.file('used').contents())).toBe(canary.length + 'another-4711'.length)
    const found = await files.file('seen').contents()
    expect(found).not.toMatch(/canary-|another-/)
    expect(found.match(/^own$/gm)).toHaveLength(24)
    expect(await files.glob('run/s/*')).toEqual([])
  })

  it('that is optional and was not given hides nothing', async () => {
    const files = await build(`FROM debian:12-slim\n${anew}\nRUN --mount=type=secret,id=t true\nRUN ls /run > /ls\n`)
    expect(await files.file('ls').contents()).not.toContain('secrets')
  })

  it('would be readable without this: the engine keeps it', async () => {
    const secret = dag.setSecret('t', canary)
    const base = lock.bases.find(({ reference }) => reference === debian)
    const text = `FROM ${base?.substitute}@${base?.digest}\n${anew}\nRUN --mount=type=secret,id=t --mount=type=secret,id=t,env=T true\nRUN ${probe('/later')}\n`
    const built = dag
      .directory()
      .withNewFile('Dockerfile', text)
      .dockerBuild({ secrets: [secret] })
    expect(await seen(built.rootfs(), 'later')).toBe(true)
  })
})

describe('what this engine cannot or must not build', () => {
  it.each([
    [
      'a bind mount that is written to, which ends the engine',
      'RUN --mount=target=/x,rw true',
      /line 3: RUN ends the engine/,
    ],
    ['the same by a variable', 'ENV W=true\nRUN --mount=target=/x,rw=$W true', /line 4: RUN ends the engine/],
    ['the network of the host', 'RUN --network=host true', /line 3: RUN --network=host/],
    ['a git repository', 'ADD http://127.0.0.1:9/x.git /x', /line 3: ADD of a git repository/],
    ['a download from the machine itself', 'ADD http://127.0.0.1:5000/v2/ /x', /line 3: ADD from 127\.0\.0\.1/],
    ['memory without end', `ENV A=xxxxxxxxxx\n${'ENV A=$A$A\n'.repeat(40)}`, /more than 512 MB of memory/],
  ])('is refused before it is built: %s [fault 78]', async (_what, steps, says) => {
    const refused = await refusal(`FROM ${debian} AS base\nFROM base\n${steps}\n`)
    expect({ code: refused.code, exitCode: refused.exitCode }).toEqual({ code: 'SOURCE', exitCode: 2 })
    expect(refused.message).toMatch(says)
    expect(refused.hint).not.toBe('')
  })

  it.each([
    ['a checksum', `ADD --checksum=sha256:${'0'.repeat(64)} https://example.com/a /a`, /line 2: ADD --checksum/],
    ['an owner of a cache', 'RUN --mount=type=cache,target=/c,uid=1 true', /line 2: a cache mount with uid/],
    ['a symbolic mode', 'COPY --chmod=u=rwX a /a', /line 2: invalid chmod parameter/],
    ['a port of SCTP', 'EXPOSE 36412/sctp', /line 2: EXPOSE 36412\/sctp/],
    ['an agent that is required', 'RUN --mount=type=ssh,required true', /line 2: a mount of type ssh/],
    ['rights of the machine', 'RUN --security=insecure true', /line 2: .*security/],
  ])('is refused with line and remedy where the engine would fail: %s [fault 22]', async (_what, step, says) => {
    const text = `FROM ${debian}\n${step}\n`
    expect((await refusal(text)).message).toMatch(says)
    await expect(unguarded(text).sync()).rejects.toThrow()
  })

  it('is a user by name on nothing as well [fault 22]', async () => {
    const text = 'FROM scratch\nCOPY a /a\nUSER app\nWORKDIR /x\n'
    expect((await refusal(text)).message).toMatch(/line 4: WORKDIR for the user/)
    await expect(unguarded(text).sync()).rejects.toThrow()
  })

  it('is what ONBUILD of a base brings: its steps are steps of the build [faults 75, 78]', async () => {
    const onbuild = async (trigger: string): Promise<Lock['bases'][number]> => {
      const name = `127.0.0.1:5000/loadline/test-onbuild-${Buffer.from(trigger).toString('hex').slice(-40)}`
      const published = await unguarded(`FROM ${debian}\nONBUILD ${trigger}\n`).publish(`${name}:1`)
      const digest = /@(sha256:[0-9a-f]{64})$/.exec(published)?.[1] ?? ''
      return {
        reference: 'docker.io/library/onbuild:1',
        substitute: name,
        digest,
        platforms: [platform],
        resolvedAt: '2026-11-01T00:00:00Z',
      }
    }
    const text = 'FROM onbuild:1 AS app\nCMD ["true"]\n'
    const refused = await refusal(text, { bases: [await onbuild('RUN --mount=target=/x,rw true')] })
    expect(refused.message).toMatch(/line 1: FROM ends the engine/)
    expect((await refusal(text, { bases: [await onbuild('RUN --network=host true')] })).message).toMatch(
      /line 1: RUN --network=host.*ONBUILD/,
    )
    const harmless = await onbuild('RUN echo built > /built')
    const files = await buildOn(text, harmless)
    expect(await files.file('built').contents()).toBe('built\n')
  })

  const buildOn = async (text: string, base: Lock['bases'][number]) => {
    const before = lock
    lock = { ...lock, bases: [...lock.bases, base] }
    try {
      return await build(text)
    } finally {
      lock = before
    }
  }

  it('has a remedy that builds [fault 22]', async () => {
    const files = await build(
      [
        '# syntax=docker/dockerfile:1',
        'FROM debian:12-slim AS fetch',
        'COPY a /got',
        `RUN echo "$(sha256sum < /got)" | sha256sum --check /dev/null 2>/dev/null; true`,
        'FROM debian:12-slim',
        'RUN --mount=target=/x cp /x/a /bound',
        'RUN --network=none true',
        'USER root',
        'RUN --mount=type=cache,target=/c touch /c/a && touch /cached',
        'COPY --chmod=755 a /mode',
        'COPY --from=fetch /got /got',
        'RUN --mount=type=secret,id=token test -s /run/secrets/token',
        'EXPOSE 80 53/udp 8000-8003',
        'USER 65532',
        'WORKDIR /w',
        '',
      ].join('\n'),
      { files: { a: 'a' }, secrets: { token: 'not-a-real-token' } },
    )
    for (const path of ['bound', 'cached', 'mode', 'got'])
      expect([path, await files.exists(path)]).toEqual([path, true])
  })

  it('leaves the engine alive', async () => {
    expect(await dag.container().platform()).toBe(platform)
  })
})
