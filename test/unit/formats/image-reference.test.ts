import { describe, expect, it } from 'vitest'
import { fullReference, namesDigest, parseImageReference, repositoryOf } from '../../../src/formats/image-reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

describe('parseImageReference', () => {
  it.each([
    ['python', 'docker.io/library/python:latest'],
    ['python:3.11', 'docker.io/library/python:3.11'],
    ['bitnami/redis:7', 'docker.io/bitnami/redis:7'],
    ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
    ['localhost/a', 'localhost/a:latest'],
    ['gcr.io/x', 'gcr.io/x:latest'],
    ['a.b', 'docker.io/library/a.b:latest'],
    ['[::1]/a', '[::1]/a:latest'],
    ['a--b/c---d:1', 'docker.io/a--b/c---d:1'],
    ['a__b/c.d/e_f', 'docker.io/a__b/c.d/e_f:latest'],
    [`gcr.io/x/y@${digest}`, 'gcr.io/x/y'],
  ])('spells %s out', (text, full) => {
    const parsed = parseImageReference(text)
    expect(parsed && fullReference(parsed)).toBe(full)
  })

  it.each([
    '',
    ' ',
    '-rm',
    'UPPER/x',
    'a b',
    '[::1]',
    '[x]/y',
    '[::1]:x/y',
    'a/b-',
    'a/b~',
    'a~b',
    'a..b',
    'a/b..c',
    'a___b',
    'gcr.io/a/B',
    'a//b',
    'a/',
  ])('refuses %j', (text) => expect(parseImageReference(text)).toBeUndefined())
})

describe('repositoryOf', () => {
  it.each([
    ['docker.io/library/python:3.11', 'docker.io/library/python'],
    ['docker.io/library/python', 'docker.io/library/python'],
    ['127.0.0.1:5000/a/b:1', '127.0.0.1:5000/a/b'],
    ['localhost:5000/a/b', 'localhost:5000/a/b'],
    ['[::1]:5000/a/b:1', '[::1]:5000/a/b'],
    [`gcr.io/x/y:1@${digest}`, 'gcr.io/x/y'],
    ['scratch', 'scratch'],
    ['no reference', 'no reference'],
    ['', ''],
  ])('of %j is %j', (reference, repository) => expect(repositoryOf(reference)).toBe(repository))
})

it('a digest is one only at the end and whole', () => {
  expect([`a:1@${digest}`, `$unknown@${digest}`].map(namesDigest)).toEqual([true, true])
  expect(['a:1', `a@${digest.slice(0, -1)}`, `a@${digest}/b`, `a@${digest}:1`, digest].map(namesDigest)).not.toContain(
    true,
  )
})
