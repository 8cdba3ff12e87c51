import { describe, expect, it } from 'vitest'
import { auditOf, saidOf } from './audit-of.ts'

const said = async (lines: string, files: Record<string, string> = {}) =>
  saidOf(await auditOf({ Dockerfile: `FROM a:1.0.0\n${lines}\n` }, { beside: files }), 'cis-4.1')
const rule = 'app ALL=(ALL) NOPASSWD: ALL\n'

describe('a file that is copied in and lets the user become root', () => {
  it.each([
    ['COPY sudoers /etc/sudoers.d/app', { sudoers: rule }],
    ['COPY --chmod=440 conf/app /etc/sudoers.d/', { 'conf/app': `# who\nDefaults env_reset\n${rule}` }],
    ['COPY a app /etc/sudoers.d', { a: 'root ALL=(ALL) ALL\n', app: rule }],
    ['COPY sudoers /etc', { sudoers: rule }],
    ['ADD ["sudoers", "/etc/sudoers"]', { sudoers: rule }],
    ['COPY ../sudoers /etc/sudoers', { sudoers: rule }],
    ['COPY doas.conf /etc/', { 'doas.conf': 'permit nopass app as root\n' }],
    ['COPY <<E /etc/sudoers.d/app\napp ALL=(ALL) NOPASSWD:ALL\nE', {}],
    ['COPY <<-"E" /etc/sudoers.d/\n\tapp ALL=(ALL) NOPASSWD:ALL\nE', {}],
  ])('%s', async (lines, files) => {
    expect(await said(`${lines}\nUSER app`, files as Record<string, string>)).toEqual([
      'fail: USER app, which line 2 lets become root without a password',
    ])
  })

  it('by the name that the builder puts into a here-document', async () => {
    expect(await said('ARG U=app\nCOPY <<E /etc/sudoers.d/x\n${U} ALL=(ALL) NOPASSWD:ALL\nE\nUSER $U')).toEqual([
      'fail: USER app, which line 3 lets become root without a password',
    ])
  })

  it('or makes it another name of root, also in the stage whose accounts it has', async () => {
    const passwd = { passwd: 'root:x:0:0::/:/bin/sh\napp:x:0:0::/:/bin/sh\n' }
    expect(await said('COPY passwd /etc/passwd\nUSER app', passwd)).toEqual([
      'fail: USER app, which line 2 makes another name of root',
    ])
    expect(await said('RUN useradd -o -u 0 app\nFROM scratch\nCOPY --from=0 /etc/passwd /etc/\nUSER app')).toEqual([
      'fail: USER app, which line 2 makes another name of root',
    ])
  })

  it('in a stage that is copied as a whole', async () => {
    const stage = 'COPY sudoers /etc/sudoers.d/app\nFROM scratch\nCOPY --from=0'
    for (const copied of ['/ /', '/etc/ /etc/'])
      expect(await said(`${stage} ${copied}\nUSER app`, { sudoers: rule })).toEqual([
        'fail: USER app, which line 2 lets become root without a password',
      ])
    expect(await said(`${stage} /app /app\nUSER app`, { sudoers: rule })).toEqual(['pass: USER app'])
  })

  it('is read from the context of the compose file that builds it', async () => {
    const files = {
      'compose.yaml': 'services:\n  a: {build: {context: app, dockerfile: ../docker/Dockerfile, args: {X: "1"}}}\n',
      'docker/Dockerfile': 'FROM a:1.0.0\nARG X\nCOPY sudoers /etc/sudoers.d/app\nUSER app\n',
    }
    const found = await auditOf(files, { beside: { 'app/sudoers': rule } })
    expect(saidOf(found, 'cis-4.1')).toContain('fail: USER app, which line 3 lets become root without a password')
  })
})

describe('a file whose text is not known is for a person to decide', () => {
  it.each([
    ['COPY sudoers /etc/sudoers.d/app', '/etc/sudoers.d/app'],
    ['COPY sudoers.d/ /etc/sudoers.d/', '/etc/sudoers.d/sudoers.d'],
    ['COPY --from=b:1 /x /etc/sudoers', '/etc/sudoers'],
    ['ADD https://example.com/a /etc/sudoers.d/a', '/etc/sudoers.d/a'],
    ['COPY passwd /etc/passwd', '/etc/passwd'],
    ['RUN install -m 0440 /tmp/sudoers /etc/sudoers.d/app', '/etc/sudoers.d/app'],
    ['RUN mv /tmp/app /etc/sudoers.d', '/etc/sudoers.d/app'],
    ['RUN curl -fo /etc/sudoers.d/app https://example.com/a', '/etc/sudoers.d/app'],
    ['RUN wget --output-document=/etc/doas.conf https://example.com/a', '/etc/doas.conf'],
    ['RUN sed -i "s/^# %wheel/%wheel/" /etc/sudoers', '/etc/sudoers'],
  ])('%s', async (lines, path) => {
    expect(await said(`${lines}\nUSER app`)).toEqual([
      `manual: USER app, and line 2 puts ${path} there: decide whether it gives this user the rights of root`,
    ])
  })
})

describe('nothing is said of', () => {
  it.each([
    [
      'COPY sudoers /etc/sudoers.d/app',
      { sudoers: 'app ALL=(root) NOPASSWD: /usr/bin/reload\nweb ALL=NOPASSWD: ALL\n' },
    ],
    ['COPY passwd /etc/passwd', { passwd: 'app:x:10001:0::/:/bin/sh\n' }],
    ['COPY sudoers /app/sudoers', {}],
    ['COPY sudoers /etc/sudoers.example', {}],
    ['COPY --from=b:1 /etc/passwd /etc/passwd', {}],
    ['RUN chmod 440 /etc/sudoers.d/app && visudo -c -f /etc/sudoers', {}],
    ['RUN cp /etc/sudoers /tmp/sudoers', {}],
    ['FROM a:1.0.0 AS tools\nCOPY sudoers /etc/sudoers\nFROM a:1.0.0', {}],
  ])('%s', async (lines, files) => {
    expect(await said(`${lines}\nUSER app`, files as Record<string, string>)).toEqual(['pass: USER app'])
  })

  it('a list of names where the user is a number', async () => {
    expect(await said('COPY passwd /etc/passwd\nUSER 10001')).toEqual(['pass: USER 10001'])
  })
})
