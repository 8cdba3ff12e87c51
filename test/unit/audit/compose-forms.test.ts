import { describe, expect, it } from 'vitest'
import { auditOf, auditOfNamed, saidOf } from './audit-of.ts'

describe('a file that is laid over a compose file, by any name', () => {
  it('is judged by what it states, and what it omits is left to the other one', async () => {
    const document = await auditOf({
      'production.yml': 'services:\n  web:\n    privileged: true\n    restart: on-failure:5\n',
    })
    expect(saidOf(document, 'cis-5.5')).toEqual(["fail: privileged: all of the host's privileges"])
    expect(saidOf(document, 'cis-5.13')).toEqual(['inherited: left to the file that this is merged over'])
  })

  it.each([
    ['services:\n  mailer:\n    privileged: true\n    class: App\\Mailer\n'],
    ['services:\n  api:\n    hostname: api.example.com\n    ports: [80]\n'],
    ['services:\n  api: http://api.example.com\n'],
  ])('is none where somebody else could have written it: %s', async (text) => {
    expect(await auditOf({ 'settings.yml': text })).toMatchObject({ judged: { containers: 0 }, outcome: 'undecided' })
  })
})

describe('the first form of compose files', () => {
  const first = 'web:\n  image: a:1.0.0\n  privileged: true\ndb:\n  build: .\n'

  it('is not read, and not clean', async () => {
    const document = await auditOf({
      'docker-compose.yml': first,
      Dockerfile: 'FROM scratch\nUSER 7\nHEALTHCHECK CMD ["/a"]\n',
    })
    expect(document).toMatchObject({
      outcome: 'undecided',
      unread: [{ path: 'docker-compose.yml', reason: expect.stringContaining('the first form of compose files') }],
    })
  })

  it('is refused where somebody named it', async () => {
    await expect(auditOfNamed(first, 'docker-compose.yml')).rejects.toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining('the first form of compose files'),
    })
  })

  it('is not one under another name, or if a value is not a service', async () => {
    expect((await auditOf({ 'other.yml': first })).unread).toEqual([])
    expect((await auditOf({ 'docker-compose.yml': `${first}version: 1\n` })).unread).toEqual([])
  })
})
