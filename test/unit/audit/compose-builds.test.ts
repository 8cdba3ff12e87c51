import { describe, expect, it } from 'vitest'
import { auditOf, failing, saidOf } from './audit-of.ts'

const clean = 'FROM scratch\nARG U=7\nUSER $U\nHEALTHCHECK CMD ["/a"]\n'
const stages = `FROM scratch AS dev\nUSER root\n${clean}`
const compose = (build: string) => `services:\n  web:\n    build: ${build}\n`

// The Dockerfile alone would pass: what the service asks of the build decides which user the image has.
describe('a Dockerfile is judged as a service builds it as well [fault 97]', () => {
  it.each([
    ['its target', '{context: ., target: dev}', stages],
    ['its arguments', '{context: ., args: {U: root}}', clean],
    ['its arguments as a list', '{context: ., args: [U=0]}', clean],
  ])('%s', async (_what, build, text) => {
    const document = await auditOf({ 'compose.yaml': compose(build), Dockerfile: text })
    expect(failing(document)).toContain('cis-4.1')
    expect(document.judged).toEqual({ dockerfiles: 1, containers: 1 })
  })

  it('an argument that nobody knows here leaves the user to people', async () => {
    const document = await auditOf({ 'compose.yaml': compose('{context: ., args: [U]}'), Dockerfile: clean })
    expect(saidOf(document, 'cis-4.1')).toEqual(expect.arrayContaining([expect.stringMatching(/^manual: /)]))
    expect(failing(document)).not.toContain('cis-4.1')
  })

  it.each([
    ['another name', '{context: ., dockerfile: image.txt}', 'image.txt'],
    ['a directory that is not searched', './.images', '.images/Dockerfile'],
    ['a directory of others', './vendor/web', 'vendor/web/Dockerfile'],
  ])('one with %s is read', async (_what, build, path) => {
    const document = await auditOf({ 'compose.yaml': compose(build) }, { beside: { [path]: 'FROM scratch\nUSER 0\n' } })
    expect(failing(document)).toContain('cis-4.1')
    expect(document.unjudged).toEqual([])
  })

  it.each([
    ['a repository', 'https://git.example.com/a/b.git#main', /built from https:.*, which is not in the tree/],
    ['a file outside', '{context: ../b}', /which is not in the tree/],
    ['a file that is missing', './web', /built from web\/Dockerfile, which is not in the tree/],
    ['a variable', '"${DIRECTORY}"', /^a variable decides/],
  ])('what is built from %s is named as not judged', async (_what, build, reason) => {
    expect((await auditOf({ 'compose.yaml': compose(build) })).unjudged).toMatchObject([
      { path: 'compose.yaml', line: 3, about: 'web', reason: expect.stringMatching(reason) },
    ])
  })

  it('a compose file that is named by itself says nothing of Dockerfiles that were not named', async () => {
    const document = await auditOf(
      { 'compose.yaml': compose('{context: ., dockerfile: image.txt}') },
      { names: ['compose.yaml'], beside: { 'image.txt': 'FROM scratch\nUSER 0\n' } },
    )
    expect(document).toMatchObject({ judged: { dockerfiles: 0 }, unjudged: [] })
  })

  it('at most four million characters are read once more, however many services ask for them', async () => {
    const services = Array.from({ length: 45 }, (_, at) => `  s${at}: {build: {context: ., args: {A: "${at}"}}}\n`)
    const Dockerfile = `FROM a:1.0.0\n# ${'x'.repeat(100_000)}\nUSER 7\n`
    const document = await auditOf({ 'compose.yaml': `services:\n${services.join('')}`, Dockerfile })
    expect(document.unread).toEqual([
      {
        path: 'compose.yaml',
        line: 1,
        reason: 'expected at most 4000000 characters in the Dockerfiles of all builds, found more',
      },
    ])
  })

  it('what the policy ignores stays ignored', async () => {
    const text = 'version: 1\naudit: {ignore: [{path: image.txt, reason: An input of a test that nobody builds.}]}\n'
    const document = await auditOf(
      { 'compose.yaml': compose('{context: ., dockerfile: image.txt}') },
      { beside: { 'image.txt': 'FROM scratch\nUSER 0\n' }, policy: { text, path: 'loadline.yaml' } },
    )
    expect(document.judged.dockerfiles).toBe(0)
  })
})

describe('files that .env names are merged as Compose merges them [fault 97]', () => {
  const base = 'services: {web: {image: "a:1.0.0"}}\n'
  const above = 'services: {web: {privileged: true}}\n'
  it.each([
    ['one behind the other', 'COMPOSE_FILE=compose.yaml:prod.conf\n'],
    ['with a separator of their own', 'COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE="compose.yaml,prod.conf"\n'],
  ])('%s', async (_what, environment) => {
    const beside = { '.env': environment, 'prod.conf': above }
    expect(failing(await auditOf({ 'compose.yaml': base }, { beside }))).toContain('cis-5.5')
  })

  it('and other entries change nothing', async () => {
    const beside = { '.env': 'COMPOSE_FILE=\nCOMPOSE_PROJECT_NAME=shop\n', 'prod.conf': above }
    expect(failing(await auditOf({ 'compose.yaml': base }, { beside }))).not.toContain('cis-5.5')
  })
})

it('a volume that is a view of a directory of the host is a mount of it', async () => {
  const options = '{type: overlay, device: overlay, o: "lowerdir=/etc,upperdir=/tmp/u,workdir=/tmp/w"}'
  const text = `services: {web: {image: "a:1.0.0", volumes: ["data:/x"]}}\nvolumes: {data: {driver_opts: ${options}}}\n`
  expect(saidOf(await auditOf({ 'compose.yaml': text }), 'cis-5.6')).toEqual(['fail: /etc of the host on /x'])
})
