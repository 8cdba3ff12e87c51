import { expect, it } from 'vitest'
import { z } from 'zod'
import { differences } from '../../compose-readers/compare.ts'
import { projects } from '../../compose-readers/projects.ts'
import { Answer } from '../../compose-readers/theirs.ts'
import { read } from '../../repo/source-files.ts'

/** What compose-go 2.16.2 read in each project; `npm run test:exhaustive -- compose-readers` asks it again. */
const recorded = z.record(z.string(), Answer).parse(JSON.parse(read('test/fixtures/compose-go/answers-2.16.2.json')))

it('of every project an answer of compose-go is recorded, and it refuses few', () => {
  expect(Object.keys(recorded)).toEqual(Object.keys(projects))
  expect(Object.values(recorded).filter(({ services }) => services === undefined).length).toBeLessThan(5)
})

it.each(Object.entries(projects))('%s is read as compose-go reads it', (name, project) => {
  expect(differences(project, recorded[name] ?? {})).toEqual([])
})
