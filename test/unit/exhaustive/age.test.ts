import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { contentOf, faultOfAge } from '../../exhaustive/age.ts'
import type { LastRun } from '../../exhaustive/page.ts'

const about = ['code', 'test.ts']

/** A repository in which a clock ticks one day a commit. */
class Repository {
  readonly directory = mkdtempSync(join(tmpdir(), 'loadline-age-'))
  #day = 0

  constructor() {
    onTestFinished(() => rmSync(this.directory, { recursive: true, force: true }))
    this.git('init', '--quiet', '--initial-branch=main')
    mkdirSync(join(this.directory, 'code'))
  }

  git = (...argv: string[]): string => {
    const date = new Date(Date.UTC(2026, 0, 1 + this.#day)).toISOString()
    const identity = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@example.com',
    }
    return execFileSync('git', ['-C', this.directory, ...argv], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...identity, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    }).trim()
  }

  /** Commits a change of a file, so many times. */
  change(path: string, times = 1): void {
    for (let done = 0; done < times; done += 1) {
      this.#day += 1
      writeFileSync(join(this.directory, path), `day ${this.#day}\n`)
      this.git('add', '.')
      this.git('commit', '--quiet', '--message', path)
    }
  }

  /** A run now. */
  run(): LastRun {
    const date = new Date(Date.UTC(2026, 0, 1 + this.#day, 1)).toISOString().slice(0, 16).replace('T', ' ')
    const commit = this.git('rev-parse', 'HEAD')
    const content = contentOf('HEAD', about, this.git)
    return {
      part: 'a',
      ran: true,
      finished: date,
      commit,
      content,
      passed: 1,
      failed: 0,
      minutes: 1,
      machine: '',
      note: '',
    }
  }

  fault(run: LastRun): string | undefined {
    return faultOfAge(run, about, this.directory)
  }

  shallow(depth: number): string {
    const clone = mkdtempSync(join(tmpdir(), 'loadline-age-'))
    onTestFinished(() => rmSync(clone, { recursive: true, force: true }))
    execFileSync('git', ['clone', '--quiet', '--depth', String(depth), `file://${this.directory}`, clone])
    return clone
  }
}

describe('a run of the exhaustive tests', () => {
  it('counts for thirty commits that touch what it is about, and for any number of others', () => {
    const repository = new Repository()
    repository.change('code/a')
    const run = repository.run()
    expect(repository.fault(run)).toBeUndefined()
    repository.change('elsewhere', 40)
    expect(repository.fault(run)).toBeUndefined()
    repository.change('code/b', 15)
    repository.change('test.ts', 15)
    expect(repository.fault(run)).toBeUndefined()
    repository.change('code/a')
    expect(repository.fault(run)).toBe('31 commits have touched what it is about since it was run, and 30 may')
  })

  it('is found again by its content after a rebase', () => {
    const repository = new Repository()
    repository.change('code/a', 2)
    const run = { ...repository.run(), commit: '0'.repeat(40) }
    expect(repository.fault(run)).toBeUndefined()
    repository.change('code/a', 30)
    expect(repository.fault(run)).toBeUndefined()
    repository.change('code/a')
    expect(repository.fault(run)).toMatch(/^31 commits/)
  })

  it('of content that no commit of the history has is counted from its time on', () => {
    const repository = new Repository()
    repository.change('code/a')
    const run = { ...repository.run(), commit: '0'.repeat(40), content: '0'.repeat(16) }
    repository.change('code/a', 30)
    expect(repository.fault(run)).toBeUndefined()
    repository.change('code/a')
    expect(repository.fault(run)).toMatch(/^31 commits/)
  })

  it('counts in a shallow clone by its content, by what history there is, and otherwise for thirty days', () => {
    const repository = new Repository()
    repository.change('code/a')
    const run = repository.run()
    expect(faultOfAge(run, about, repository.shallow(1))).toBeUndefined()
    repository.change('code/a', 29)
    expect(faultOfAge(run, about, repository.shallow(1))).toBeUndefined()
    expect(faultOfAge(run, about, repository.shallow(40))).toBeUndefined()
    repository.change('code/a', 2)
    expect(faultOfAge(run, about, repository.shallow(1))).toMatch(
      /^this clone has too little history to count commits, and the run is 30 days older/,
    )
    expect(faultOfAge(run, about, repository.shallow(31))).toMatch(/^31 commits/)
    expect(faultOfAge(run, about, repository.shallow(40))).toMatch(/^31 commits/)
  })
})
