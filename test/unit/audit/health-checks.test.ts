import { describe, expect, it } from 'vitest'
import { auditOf, saidOf } from './audit-of.ts'

const elsewhere = 'fail: its health check asks another host'
const constant = 'fail: its health check can never fail'
const looks = 'pass: a health check is defined'
const open = expect.stringMatching(/^manual: the health check is possibly off, or asks another host/) as string

/** What is said of a service with this health check. */
async function ofService(test: string, keys = ''): Promise<string[]> {
  const text = `services: {web: {image: "a:1.0.0", ${keys}healthcheck: {test: ${test}}}}\n`
  return saidOf(await auditOf({ 'compose.yaml': text }), 'cis-5.27')
}

describe('a health check of Compose that never looks at its own container', () => {
  it.each([
    '["CMD", "curl", "-f", "http://db:5432/ready"]',
    '"curl -fsS https://status.example.com/ || exit 1"',
    '"wget -q --spider http://user:x@db:80/a?b=localhost"',
    '["CMD-SHELL", "curl -s -o /dev/null -w %{http_code} http://api.example.com | grep -q 200"]',
    '"test $(curl -s http://api) = ok"',
    '["CMD-SHELL", "timeout 5 sh -c \'nc -z -w 3 cache 6379\'"]',
    '["CMD", "pg_isready", "-h", "db", "-U", "a"]',
    '"mysqladmin ping --host=db"',
    '["CMD", "redis-cli", "-hcache", "ping"]',
    '"curl -f db:8080/ready"',
    '["CMD", "curl", "http://[2001:db8::1]:80/"]',
  ])('%s', async (test) => {
    expect(await ofService(test)).toEqual([elsewhere])
  })

  it.each([
    '["CMD", "curl", "-f", "http://localhost:8080/ready"]',
    '"curl -f http://127.0.0.1 || exit 1"',
    '"wget --spider -q http://[::1]:80/"',
    '"curl -f http://web:8080/"',
    '["CMD", "curl", "http://localhost:${PORT}/"]',
    '"curl -f http://shop.example.com:8080/"',
    '"curl -f http://inside/"',
    '"curl -f localhost:8080"',
    '"curl -f http://$$HOSTNAME:8080/"',
    '"curl -f http://$$(hostname -i):8080/"',
    '["CMD", "pg_isready"]',
    '["CMD", "pg_isready", "-h", "localhost"]',
    '["CMD", "/app/check"]',
    '"test -f /tmp/ready"',
    '"curl --unix-socket /run/web.sock http://any/ping"',
    '"curl -f http://db:80 && curl -f http://localhost:80"',
    '"grep -q ok /tmp/state"',
    '["CMD-SHELL", "bash -c \':> /dev/tcp/127.0.0.1/9000\' || exit 1"]',
    '"bash -c \'exec 3<>/dev/tcp/localhost/80\'"',
    '"nc -z localhost 80"',
    '["CMD", "unknown", "http://db:80"]',
  ])('and not %s', async (test) => {
    const keys = 'hostname: shop.example.com, networks: {n: {aliases: [inside]}}, '
    expect(await ofService(test, keys)).toEqual([looks])
  })

  it.each(['"curl -f http://$$ADDRESS:80/"', '"curl -f http://${ADDRESS}/"'])('%s is for people', async (test) => {
    expect(await ofService(test)).toEqual([open])
  })
})

describe('a health check that cannot fail', () => {
  it.each([
    '["CMD", "true"]',
    '"exit 0"',
    '"echo ok"',
    '["CMD-SHELL", ":"]',
    '"curl -f http://localhost/ || true"',
    '"curl -f http://localhost/ || exit 0"',
    '"curl -f http://localhost/; exit 0"',
  ])('%s', async (test) => {
    expect(await ofService(test)).toEqual([constant])
  })

  it.each([
    '"exit 1"',
    '"curl -f http://localhost/ || exit 1"',
    '": < /dev/tcp/localhost/80"',
    '"if ! curl -f http://localhost/; then exit 1; fi; exit 0"',
    '"curl -f http://localhost/ || exit; true"',
    '"set -e; curl -f http://localhost/; exit 0"',
  ])('and not %s', async (test) => {
    expect(await ofService(test)).toEqual([looks])
  })
})

it.each([
  [
    'a manifest',
    'a.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: "a:1", readinessProbe: {exec: {command: [curl, "http://db"]}}}]}\n',
  ],
  [
    'a task definition',
    'a.json',
    '{"family": "f", "containerDefinitions": [{"name": "c", "image": "a:1", "healthCheck": {"command": ["CMD-SHELL", "curl -f http://db || exit 1"]}}]}',
  ],
])('in %s as well', async (_what, path, text) => {
  expect(saidOf(await auditOf({ [path]: text }), 'cis-5.27')).toEqual([elsewhere])
  expect(saidOf(await auditOf({ [path]: text.replace('//db', '//c') }), 'cis-5.27')).toEqual([looks])
})

it('in a docker run line as well', async () => {
  const said = async (line: string) => saidOf(await auditOf({}, { dockerRun: line }), 'cis-5.27')
  expect(await said("docker run --health-cmd 'curl -f http://db' a:1")).toEqual([elsewhere])
  expect(await said("docker run --name db --health-cmd 'curl -f http://db' a:1")).toEqual([looks])
})

it.each([
  ['curl -f https://status.example.com/ || exit 1', 'fail', ': it asks another host'],
  ['["true"]', 'fail', ': it can never fail'],
  ['curl -f http://shop:8080/', 'manual', ': decide whether it asks its own container'],
  ['curl -f http://localhost:8080/', 'pass', ''],
  ['["/check"]', 'pass', ''],
])('an image with HEALTHCHECK CMD %s: %s', async (command, status, why) => {
  const text = `FROM a:1.0.0\nHEALTHCHECK --interval=5s CMD ${command}\n`
  expect(saidOf(await auditOf({ Dockerfile: text }), 'cis-4.6')).toEqual([
    `${status}: HEALTHCHECK CMD ${command}${why}`,
  ])
})
