import { describe, expect, it } from 'vitest'
import { auditOf, auditOfNamed, failing, saidOf } from './audit-of.ts'
import { hasCredentialForm, holdsCredential } from '../../../src/audit/credential.ts'
import { credentialsIn } from '../../../src/audit/credential-in-command.ts'
import { readShell } from '../../../src/formats/shell.ts'

/** Keys that only look like keys: written in two parts so that no scanner takes this file for a leak. */
const key = (...parts: string[]) => parts.join('')

describe('a variable that holds a credential', () => {
  it.each([
    ['PGPASSWORD', 'hunter2'],
    ['DB_PASS', 'hunter2'],
    ['dbPassword', 'hunter2'],
    ['RAILS_MASTER_KEY', '0123456789abcdef'],
    ['spring.datasource.password', 'hunter2'],
    ['REDIS_PASSWORD_1', 'hunter2'],
    ['mysql_root_password', 'root'],
    ['POSTGRES_PASSWORD', '1234'],
    ['API_KEY', 'k3y'],
    ['apikey', 'abcdef'],
    ['SECRET_KEY_BASE', 'abcdef0123'],
    ['GITHUB_TOKEN', 'abc'],
    ['NPM_AUTH', 'abcd='],
    ['DB_PASSWORD', '$ecret!'],
    ['DB_PASSWORD', '/slash-at-the-front'],
    ['PASSPHRASE', 'open sesame'],
    ['DATABASE_URL', 'postgres://app:hunter2@db/shop'],
    ['CACHE', 'redis://:hunter2@cache:6379'],
    ['CONNECTION', 'Server=db;User Id=sa;Password=hunter2;'],
    ['JDBC_URL', 'jdbc:mysql://db/x?user=a&password=hunter2'],
    ['ANYTHING', key('AKIA', 'IOSFODNN7EXAMPLE')],
    ['ANYTHING', key('ghp_', 'a'.repeat(36))],
    ['ANYTHING', key('glpat-', 'a'.repeat(20))],
    ['ANYTHING', key('-----BEGIN RSA ', 'PRIVATE KEY-----')],
  ])('%s=%s', (name, value) => {
    expect(holdsCredential(name, value)).toBe(true)
  })

  it.each([
    ['MYSQL_ALLOW_EMPTY_PASSWORD', 'yes'],
    ['MYSQL_RANDOM_ROOT_PASSWORD', '1'],
    ['ACCESS_CONTROL_ALLOW_CREDENTIALS', 'true'],
    ['REQUIRE_TOKEN', 'abc'],
    ['MAX_TOKEN', '4096'],
    ['TOKEN_LIMIT', '4096'],
    ['MAX_TOKENS', '128k'],
    ['GOOGLE_APPLICATION_CREDENTIALS', 'keys/service.json'],
    ['DB_PASSWORD_FILE', '/run/secrets/db'],
    ['DB_PASSWORD', '/run/secrets/db'],
    ['TLS_KEY', '/etc/tls/tls.key'],
    ['PASSWORD_MIN_LENGTH', '12'],
    ['TOKEN_URL', 'https://id.example.com/token'],
    ['AUTH_TOKEN', 'https://id.example.com/token'],
    ['DB_PASSWORD', ''],
    ['DB_PASSWORD', '<your password>'],
    ['DB_PASSWORD', 'vault:secret/data/db#password'],
    ['DB_PASSWORD', 'changeme'.replace('changeme', 'replace_me')],
    ['default-tls-secret', 'shop/tls'],
    ['credentialsSecret', 'tracing'],
    ['KEYBOARD', 'us'],
    ['SSH_KEYSCAN', 'x'],
    ['COMPASS', 'north'],
    ['BYPASS', 'route'],
    ['TOKENIZER', 'bert'],
    ['PUBLIC_KEY', 'abcdef'],
    ['PRIMARY_KEY', 'id'],
    ['SECRETARY', 'ann'],
    ['DATABASE_URL', 'postgres://app@db/shop'],
    ['REPOSITORY', 'https://example.com:8443/a@b'],
  ])('and none is %s=%s', (name, value) => {
    expect(holdsCredential(name, value)).toBe(false)
  })

  it('takes no more than a moment for a long text', () => {
    const begun = process.cpuUsage()
    for (const text of [
      'a://'.repeat(50_000),
      'password='.repeat(50_000),
      '-----BEGIN '.repeat(50_000),
      'eyJaaaaaaaaaaaa.'.repeat(20_000),
    ])
      hasCredentialForm(text)
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(5)
  })
})

describe('a command that hands a credential over', () => {
  const found = (script: string) => readShell(script, () => undefined).commands.flatMap(credentialsIn)
  it.each([
    ['PGPASSWORD=hunter2 psql', 'PGPASSWORD'],
    ['export API_TOKEN=abc', 'API_TOKEN'],
    ['curl -u app:hunter2 https://x', 'curl -u'],
    ['curl -H "Authorization: Bearer abcdef" https://x', 'an Authorization header'],
    ['git clone https://app:hunter2@example.com/a.git', 'an argument'],
    ['mysql -uroot -phunter2', 'mysql -p'],
    ['docker login -u app -p hunter2', 'docker -p'],
    ['npm config set //registry.example.com/:_authToken abc', '//registry.example.com/:_authToken'],
    ['tool --password=hunter2', '--password'],
    ['tool --api-key abc', '--api-key'],
    ['sshpass -p hunter2 ssh x', 'sshpass -p'],
    ['echo "root:hunter2" | chpasswd', 'chpasswd'],
    ['echo "DB_PASSWORD=hunter2" > .env', 'DB_PASSWORD'],
    ['cat > .env <<E\nDB_PASSWORD=hunter2\nE', 'DB_PASSWORD'],
    ["sh -c 'PGPASSWORD=hunter2 psql'", 'PGPASSWORD'],
    ['redis-server --requirepass hunter2', '--requirepass'],
    ['openssl rsa -passin pass:hunter2', 'openssl -passin'],
  ])('%s', (script, name) => {
    expect(found(script)).toContain(name)
  })

  it.each([
    'curl -u "$USER:$PASSWORD" https://x',
    'curl -H "Authorization: Bearer $TOKEN" https://x',
    'docker run -p 80:80 x',
    'docker login --password-stdin',
    'tool --password-file /run/secrets/x',
    'PGPASSWORD=$(cat /run/secrets/db) psql',
    'mkdir -p /opt',
    'npm ci --token-limit 4',
    'git clone https://example.com/a.git',
    'echo "Enter the password:"',
    'openssl rsa -passin file:/run/secrets/x',
  ])('and none: %s', (script) => {
    expect(found(script)).toEqual([])
  })
})

describe('wherever it is written, the value is never repeated', () => {
  const value = 'Tr0ub4dor-and-3'
  it.each([
    ['Dockerfile', `FROM scratch\nENV PGPASSWORD=${value}\n`, 'cis-4.10'],
    ['Dockerfile', `FROM scratch\nENV PGPASSWORD ${value}\n`, 'cis-4.10'],
    ['Dockerfile', `FROM scratch\nARG PGPASSWORD=${value}\n`, 'cis-4.10'],
    ['Dockerfile', 'FROM scratch\nARG PGPASSWORD\n', 'cis-4.10'],
    ['Dockerfile', `FROM scratch\nLABEL password="${value}"\n`, 'cis-4.10'],
    ['Dockerfile', `FROM scratch\nRUN mysql -p${value}\n`, 'cis-4.10'],
    ['Dockerfile', `FROM scratch\nRUN ["mysql", "-p${value}"]\n`, 'cis-4.10'],
    ['Dockerfile', `FROM scratch\nCOPY <<E /x\nDB_PASSWORD=${value}\nE\n`, 'cis-4.10'],
    ['Dockerfile', `FROM scratch\nCMD tool --password ${value}\n`, 'cis-4.10'],
    ['Dockerfile', 'FROM scratch\nCOPY id_rsa /root/.ssh/\n', 'cis-4.10'],
    [
      'compose.yaml',
      `services: {a: {image: "a:1", environment: {PGPASSWORD: "${value}"}}}`,
      'practice-environment-secret',
    ],
    [
      'compose.yaml',
      `services: {a: {image: "a:1", environment: ["PGPASSWORD=${value}"]}}`,
      'practice-environment-secret',
    ],
    [
      'compose.yaml',
      `services: {a: {build: {context: ., args: {PGPASSWORD: "${value}"}}}}`,
      'practice-environment-secret',
    ],
    [
      'compose.yaml',
      `services: {a: {build: {dockerfile_inline: "FROM scratch\\nENV PGPASSWORD=${value}\\n"}}}`,
      'cis-4.10',
    ],
    [
      'pod.yaml',
      `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: "a:1", env: [{name: PGPASSWORD, value: "${value}"}]}]}}`,
      'practice-environment-secret',
    ],
  ])('%s: %s', async (path, text, id) => {
    const document = await auditOfNamed(text, path)
    expect(failing(document)).toContain(id)
    expect(JSON.stringify(document)).not.toContain(value)
  })
})

describe('a ConfigMap', () => {
  const map = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n${data}`
  const pod = '---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: "a:1"}]}\n'
  const evidence = async (data: string) =>
    (await auditOfNamed(map(data) + pod, 'a.yaml')).controls
      .find(({ id }) => id === 'practice-environment-secret')
      ?.evidence.filter(({ status }) => status === 'fail')

  it.each([
    ['a variable', '  DB_PASSWORD: hunter2\n', 'DB_PASSWORD holds a credential', 5],
    [
      'a file',
      '  a: b\n  app.yaml: |\n    db:\n      password: "hunter2"\n',
      'its app.yaml holds a credential: password',
      6,
    ],
  ])('with %s', async (_what, data, found, line) => {
    expect(await evidence(data)).toMatchObject([{ about: 'ConfigMap/c', found, path: 'a.yaml', line }])
  })

  it('with bytes that are text', async () => {
    const bytes = (content: string | Buffer) =>
      `  a: b\nbinaryData: {app.env: ${Buffer.from(content).toString('base64')}}\n`
    expect(await evidence(bytes('DB_PASSWORD=hunter2hunter2\n'))).toMatchObject([
      { found: 'its app.env holds a credential: DB_PASSWORD', line: 6 },
    ])
    expect(
      await evidence(bytes(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.from('\nDB_PASSWORD=hunter2\n')]))),
    ).toEqual([])
  })

  it('in a list', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${map('  DB_PASSWORD: hunter2').replaceAll('\n', '\n  ')}\n`
    expect(failing(await auditOfNamed(list + pod, 'a.yaml'))).toContain('practice-environment-secret')
  })

  it.each([
    '  DB_PASSWORD: ${DB_PASSWORD}\n',
    '  DB_PASSWORD_FILE: /run/secrets/db\n',
    '  service.email: |\n    password: $email-password\n    token: "$(TOKEN)"\n',
    '  log-level: debug\n',
  ])('%j gives no finding', async (data) => {
    expect(await evidence(data)).toEqual([])
  })

  it('by itself is nothing that was judged', async () => {
    expect(await auditOf({ 'a.yaml': map('  a: b\n') })).toMatchObject({ outcome: 'undecided' })
  })
})

it.each([
  '.ssh',
  'deploy/.aws/',
  '.env',
  'config/.env.production',
  '.npmrc',
  'service-account.json',
  'tls/server.key',
  'a.keystore',
])('whether %s holds a credential is for people to say', async (file) => {
  const said = async (text: string) => saidOf(await auditOfNamed(`FROM a:1\n${text}\n`, 'Dockerfile'), 'cis-4.10')
  expect(await said(`COPY ${file} /app/`)).toEqual([`manual: COPY ${file}: decide whether it holds a credential`])
  expect(await said('COPY .env.example server.pub /app/')).toEqual([expect.stringMatching(/^pass/)])
  expect(await said(`COPY --from=build ${file} /app/`)).toEqual([expect.stringMatching(/^pass/)])
})

describe('JSON on one line', () => {
  const said = async (json: string) =>
    saidOf(await auditOfNamed(`FROM a:1\nCOPY <<E /a.json\n${json}\nE\n`, 'Dockerfile'), 'cis-4.10')
  it.each([
    ['{"user": "a", "password": "hunter2hunter2"}', 'password'],
    ['[{"name":"a","apiToken":"hunter2hunter2"}]', 'apiToken'],
    [`{"auths": {"registry.example.com": {"${key('au', 'th')}": "YTpodW50ZXIyaHVudGVyMg=="}}}`, 'a text'],
  ])('%s', async (json, name) => {
    expect(await said(json)).toEqual([`fail: COPY writes a credential out: ${name}`])
  })

  it.each([
    '{"password": "Your password please"}',
    '{"auth": "basic", "token": null, "secret": ""}',
    '{"token": "${TOKEN}"}',
  ])('and not %s', async (json) => {
    expect(await said(json)).toEqual([expect.stringMatching(/^pass/)])
  })
})

it('an account that is locked has no password', async () => {
  const said = async (given: string) =>
    saidOf(await auditOfNamed(`FROM a:1\nRUN useradd -p '${given}' app\n`, 'Dockerfile'), 'cis-4.10')
  for (const given of ['!', '!!', '*', 'x']) expect(await said(given)).toEqual([expect.stringMatching(/^pass/)])
  expect(await said('hunter2hunter2')).toEqual(['fail: RUN writes a credential out: useradd -p'])
})
