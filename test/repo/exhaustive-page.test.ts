import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faultOfAge } from '../exhaustive/age.ts'
import { exhaustivePage, lastRuns } from '../exhaustive/page.ts'
import { parts } from '../exhaustive/parts.ts'
import { filesBelow, read, root } from './source-files.ts'

const page = read('docs/exhaustive.md')
const runs = lastRuns(page)

describe('docs/exhaustive.md', () => {
  it('is what npm run test:exhaustive wrote', () => {
    expect(page).toBe(exhaustivePage(runs))
  })

  it.each(parts)('$name passed, and not too many commits ago: npm run test:exhaustive -- $name', (part) => {
    const run = runs.find(({ part: name }) => name === part.name)
    if (run === undefined) throw new Error(`${part.name} is not listed`)
    // One that was listed lately may wait for its first run, for as long as another may wait for its next.
    expect({ failed: run.failed, passed: !run.ran || run.passed > 0 }).toEqual({ failed: 0, passed: true })
    expect(faultOfAge(run, part.about, root)).toBeUndefined()
  })
})

describe('the parts of the exhaustive tests', () => {
  it('are about files that are there', () => {
    expect(parts.flatMap(({ about }) => about).filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('have every exhaustive test file, and are about it', () => {
    const run = parts.flatMap((part) => ('mutate' in part.run ? [] : [{ ...part, ...part.run }]))
    const files = run.filter(({ project }) => project === 'exhaustive').flatMap((part) => part.files)
    expect(files.toSorted()).toEqual(filesBelow('test/exhaustive', '.test.ts'))
    expect(
      run.filter(
        ({ project, files: own, about }) => project === 'exhaustive' && !own.every((file) => about.includes(file)),
      ),
    ).toEqual([])
  })

  it('have every test file that tries laws on random input', () => {
    const fuzzing = parts.flatMap(({ name, run }) => (name === 'fuzzing' && 'files' in run ? run.files : []))
    const random = filesBelow('test/unit', '.test.ts').filter((path) =>
      /from 'fast-check'|\/foreign-text\.ts'/.test(read(path)),
    )
    expect([...fuzzing].toSorted()).toEqual(random)
  })
})
