import { describe, expect, it } from 'vitest'
import { parseAllDocuments, parse } from 'yaml'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import { expandWord } from '../../../src/formats/dockerfile/expand.ts'
import { parseDockerfile } from '../../../src/formats/dockerfile/parse-dockerfile.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { treeOf } from './applications.ts'

function nodeWith(
  files: Record<string, string>,
  answers: Record<string, unknown> = {},
  described: Record<string, unknown> = {},
): Promise<Scaffold> {
  const given = { name: 'orders', port: 8080, health: '/health', repository: 'https://git.example.com/shop/orders' }
  return makeScaffold(
    { targets: ['compose', 'kubernetes'], compliance: ['internal'], ...given, ...answers },
    treeOf({
      'package.json': JSON.stringify({ name: 'orders', scripts: { start: 'node app.js' }, ...described }),
      'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: {} }),
      'app.js': '',
      ...files,
    }),
  )
}

describe('names of the source in the Dockerfile are taken as they are', () => {
  it.each(['my app', '$HOME', "it's", 'a"b', '${x'])('%s', async (name) => {
    const { files } = await nodeWith({ [`${name}/a.js`]: '' })
    const { steps } = parseDockerfile(files['Dockerfile'] ?? '', { buildArgs: {} })
    const copies = steps
      .filter(({ keyword }) => keyword === 'COPY')
      .map(({ words }) => words.map((word) => expandWord(word, () => undefined)))
    expect(copies).toContainEqual([name, name])
    expect(copies).toContainEqual([`/app/${name}`, `/app/${name}`])
  })
})

it('a name that .dockerignore cannot have is refused', async () => {
  await expect(nodeWith({ 'a\n!.env/b.js': '' })).rejects.toThrow('a .dockerignore file can contain')
  const built = { scripts: { start: 'node app.js', build: 'vite build' } }
  await expect(nodeWith({ 'a\n!.env\n.html': '' }, {}, built)).rejects.toThrow('a .dockerignore file can contain')
})

describe('a dollar sign is one', () => {
  const compose = ({ files }: Scaffold) =>
    parse(files['compose.yaml'] ?? '') as { services: { orders: { environment: Record<string, string> } } }

  it('in an answer, for Compose and Kubernetes', async () => {
    const made = await nodeWith({}, { settings: { GREETING: 'a $b $(c) $$' } })
    expect(compose(made).services.orders.environment['GREETING']).toBe('a $$b $$(c) $$$$')
    expect(made.files['deploy/kubernetes/base/deployment.yaml']).toContain('a $$b $$(c) $$$$')
  })

  it.each(['app/$.js', 'app/$id}.js', 'app/${ID}.js'])('in a path that reads a variable: %s', async (path) => {
    const made = await nodeWith({ [path]: 'if (!process.env.REGION_NAME) throw new Error()' })
    expect(compose(made).services.orders.environment['REGION_NAME']).toBe(
      '${REGION_NAME:?set it in .env, the code reads it}',
    )
  })
})

describe('a path of the source is text', () => {
  it('in a comment of YAML, which it does not end', async () => {
    const { files } = await nodeWith({ 'app/a\n---\nkind: Other\n#.js': 'fetch("https://api.stripe.com/v1")' })
    const text = files['deploy/kubernetes/base/network-policy.yaml'] ?? ''
    const kinds = parseAllDocuments(text).map((document) => (document.toJS() as { kind: string }).kind)
    expect(text).toContain('api.stripe.com')
    expect(kinds).toEqual(['NetworkPolicy', 'NetworkPolicy'])
  })

  it('in DEPLOYMENT.md, where it opens no tag, no link and no line', async () => {
    const path = 'app/<img src=x>[a](b)\n## Approved\n\u001b[31m.js'
    const { files, notes } = await nodeWith({ [path]: 'fetch("https://api.stripe.com/v1")' })
    const text = files['DEPLOYMENT.md'] ?? ''
    expect(text).toContain('app/&lt;img src=x>[a]\\(b) ## Approved .js')
    expect(text).not.toMatch(/^## Approved/m)
    expect(notes.filter((note) => /\p{Cc}/u.test(note))).toEqual([])
  })

  it('in the tables of settings, and in questions, as a command is', async () => {
    const { files } = await nodeWith({
      'app/a`|b.js': 'process.env.REGION_NAME',
      Procfile: 'worker: node `w` <b>\n',
    })
    expect(files['deploy/settings.md']).toContain("| `REGION_NAME` | `app/a'\\|b.js` |")
    expect(files['deploy/questions.md']).toContain("`node 'w' <b>`")
  })
})

it('a repository that no browser opens is none', async () => {
  const given = { repository: undefined }
  const described = (url: string) => ({ repository: { type: 'git', url } })
  await expect(nodeWith({}, given, described('git@git.example.com:shop/orders.git'))).rejects.toThrow(
    'expected the address',
  )
  const { files } = await nodeWith({}, given, described('git+https://me:secret@git.example.com/shop/orders.git'))
  expect(files['Dockerfile']).toContain('"https://git.example.com/shop/orders"')
})
