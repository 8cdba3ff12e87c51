import { describe, expect, it } from 'vitest'
import { audit } from '../../../pipelines/audit.ts'
import { readDockerRun } from '../../../src/audit/input/docker-run.ts'
import { failing, now } from './audit-of.ts'

const auditOfLine = async (dockerRun: string) => audit({ files: [], open: async () => undefined, dockerRun, now })

describe('a docker run line that is refused', () => {
  it.each([
    ['docker run --privilege app', 'docker run has no flag --privilege; did you mean --privileged?'],
    ['docker run -x app', 'docker run has no flag -x'],
    ['docker run --memory', 'expected a value after --memory'],
    ['docker run --read-only', 'the line names no image'],
    ['docker run --privileged=maybe app', 'expected true or false, found --privileged=maybe'],
    ['docker run -e "A=b app', 'a quote is not closed'],
    ["docker run -e 'A=b app", 'a quote is not closed'],
    ['docker run app && rm -rf x', 'found a shell operator'],
    ['docker run app || true', 'found a shell operator'],
    ['docker run app | tee log', 'found a shell operator'],
    ['docker run app > log', 'found a shell operator'],
    ['docker run app; docker run other', 'found a second command'],
    ['docker run app &', 'found a second command'],
    ['(docker run app)', 'found a shell operator'],
    ['docker run app\ndocker run other', 'expected one docker run line, found several'],
    ['docker run $IMAGE', 'the value of ${IMAGE} is unknown here'],
    ['docker run registry/`tag`', 'the value of'],
    [`docker run ${'$('.repeat(20_000)} app`, 'a shell cannot parse it'],
    ['docker --orchestrator run app', 'expected a line that starts with "docker run", found "docker --orchestrator"'],
    ['docker build .', 'expected a line that starts with "docker run"'],
    ['', 'expected a line that starts with "docker run"'],
    ['docker run -p http app', 'expected a port as'],
    ['docker run --mount type=magic,target=/x app', 'expected --mount with a type'],
    [`docker run -e A=${'a'.repeat(100_001)} app`, 'expected a line of at most 100000 characters'],
  ])('%j', (line, message) => {
    expect(() => readDockerRun(line)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) as string }) as Error,
    )
  })
})

describe('a docker run line', () => {
  it('is read as a shell and Docker read it: quotes, continued lines, joined and attached short flags, what follows the image', () => {
    const container = readDockerRun(
      'docker container run -itdu 1000 -p8080:80 \\\n  --name="my app" -e \'A=b c\' --read-only=false --cap-drop all registry.example.com:5000/app:1.0.0 serve --privileged',
    )
    expect(container).toMatchObject({
      name: 'my app',
      user: { value: '1000' },
      readOnly: { value: false },
      capDrop: [{ value: 'ALL' }],
      environment: [{ value: { name: 'A', value: 'b c' } }],
      image: { value: 'registry.example.com:5000/app:1.0.0' },
    })
    expect(container.ports).toMatchObject([{ value: { hostIp: '', written: '8080:80' } }])
    expect(container.privileged).toBeUndefined()
  })

  it.each([
    ['docker run -e COLOR=#fff x:1', 'COLOR', '#fff'],
    [String.raw`docker run -e A=b\ c x:1`, 'A', 'b c'],
    [`docker run -e A='a'"b"c x:1`, 'A', 'abc'],
    [`docker run --env=A= x:1`, 'A', ''],
    [`docker run -e A=b=c x:1`, 'A', 'b=c'],
  ])('%s sets %s to %j', (line, name, value) => {
    expect(readDockerRun(line).environment).toMatchObject([{ value: { name, value } }])
  })

  it('ends where a comment begins, and not at a # inside of a word', () => {
    expect(readDockerRun('docker run x:1 curl http://h/#top').command.map(({ value }) => value)).toEqual([
      'curl',
      'http://h/#top',
    ])
    expect(readDockerRun('docker run x:1 # --privileged').command).toEqual([])
  })

  it.each([
    'podman run --privileged a:1',
    'nerdctl run --privileged a:1',
    'docker create --privileged a:1',
    'sudo docker run --privileged a:1',
    '/usr/bin/docker run --privileged a:1',
    'docker --context production -D run --privileged a:1',
    'docker -H tcp://host.example.com:2376 --tlsverify --config=/a container run --privileged a:1',
  ])('%s is one as well', (line) => {
    expect(readDockerRun(line).privileged?.value).toBe(true)
  })
})

describe('what a docker run line says fails', () => {
  it.each([
    ['cis-5.4', '--privileged'],
    ['cis-5.5', '--privileged=true'],
    ['cis-5.5', '--security-opt systempaths=unconfined'],
    ['cis-5.6', '-v /var:/x'],
    ['cis-5.6', '--mount type=bind,src=/,dst=/host,ro'],
    ['cis-5.6', `--mount 'type=bind,"source=/etc",target=/a'`],
    ['cis-5.6', '--mount Type=bind,SOURCE=/etc,target=/a'],
    ['cis-5.6', '--mount type=bind,source=./a,src=/etc,target=/a'],
    ['cis-5.6', `--mount 'type=volume,target=/a,volume-opt=type=none,volume-opt=device=/etc,"volume-opt=o=rw,bind"'`],
    ['cis-5.10', '--net host'],
    ['cis-5.10', '--network=host'],
    ['cis-5.10', '--network name=host'],
    ['cis-5.10', '--network alias=a,name=host'],
    ['cis-5.16', '--pid=host'],
    ['cis-5.17', '--ipc host'],
    ['cis-5.18', "--device-cgroup-rule='a *:* rwm'"],
    ['cis-5.18', '--device /dev/sda'],
    ['cis-5.20', '-v /data:/data:shared'],
    ['cis-5.21', '--uts=host'],
    ['cis-5.31', '--userns=host'],
    ['cis-5.22', '--security-opt seccomp=unconfined'],
    ['cis-5.22', '--security-opt seccomp:unconfined'],
    ['cis-5.32', '--use-api-socket'],
    ['cis-5.32', '-v /run/podman/podman.sock:/x'],
    ['practice-sysctl', '--sysctl kernel.msgmax=1'],
    ['practice-bind-mount', '-v `pwd`:/app'],
    ['practice-bind-mount', '-v $(pwd):/app'],
    ['practice-bind-mount', '-v "$PWD":/app'],
    ['practice-bind-mount', '-v ./here:/app'],
    ['practice-environment-secret', '-e PGPASSWORD=hunter2'],
    ['practice-root-user', '-u 0'],
    ['practice-root-user', "--user 'root:root'"],
    ['cis-5.11', '-m 0'],
    ['cis-5.29', '--pids-limit -1'],
    ['cis-5.12', '--cpu-quota=-1'],
    ['cis-5.18', '--gpus all'],
    ['practice-environment-secret', '--health-cmd "mysqladmin -phunter2 ping"'],
    ['practice-environment-secret', '--entrypoint="--password=hunter2"'],
  ])('%s: %s', async (id, flags) => {
    expect(failing(await auditOfLine(`docker run ${flags} a/b:1.0.0`))).toContain(id)
  })

  it.each([
    ['cis-5.10', '--network name=shop,alias=web'],
    ['cis-5.5', '--privileged=false'],
    ['practice-root-user', '-u 1000:0'],
    ['practice-environment-secret', '-e PGPASSWORD'],
    ['cis-5.32', '--use-api-socket=false'],
    ['practice-bind-mount', '-v data:/var/lib/data'],
    ['cis-5.12', '--cpuset-cpus 0'],
  ])('not %s: %s', async (id, flags) => {
    expect(failing(await auditOfLine(`docker run ${flags} a/b:1.0.0`))).not.toContain(id)
  })

  it.each([
    ['cis-5.10', '--network $NET'],
    ['practice-root-user', '-u "$(id -u)"'],
    ['cis-5.11', '-m ${LIMIT}'],
  ])('%s is no pass where a variable decides it: %s [fault 98]', async (id, flags) => {
    const { controls } = await auditOfLine(`docker run ${flags} a/b:1.0.0`)
    expect(controls.find((control) => control.id === id)?.status).toBe('manual')
  })
})
