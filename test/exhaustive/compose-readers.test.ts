import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { differences } from '../compose-readers/compare.ts'
import { generated } from '../compose-readers/generated.ts'
import { projects } from '../compose-readers/projects.ts'
import { theirs } from '../compose-readers/theirs.ts'
import { root } from '../repo/source-files.ts'

it('compose-go still reads in the projects what is recorded of it', async () => {
  const recorded: unknown = JSON.parse(readFileSync(join(root, 'test/fixtures/compose-go/answers-2.16.2.json'), 'utf8'))
  const answers = await theirs(Object.values(projects))
  expect(Object.fromEntries(Object.keys(projects).map((name, index) => [name, answers[index]]))).toEqual(recorded)
})

it('three thousand new projects are read as compose-go reads them', async () => {
  const many = fc.sample(generated, 3_000)
  const answers = await theirs(many)
  const wrong = many.flatMap((project, index) => {
    const found = differences(project, answers[index] ?? {})
    return found.length === 0 ? [] : [{ project, found }]
  })
  expect(wrong.slice(0, 5)).toEqual([])
  expect(answers.filter(({ services }) => services !== undefined).length).toBeGreaterThan(1_500)
})
