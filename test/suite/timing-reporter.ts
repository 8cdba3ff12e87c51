import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node'
import { alarm, type StillToCome } from './alarm.ts'
import type { TestRecord, TimedFile, TimedTest } from './timing.ts'

/** The environment variables that tell the reporter when the run began (milliseconds since 1970) and where its record goes. */
export const reporterVariables = { started: 'LOADLINE_TEST_STARTED', record: 'LOADLINE_TEST_RECORD' } as const

const slowestTests = 10

/** Measures each file and test, writes the record of a run, and says after an hour what is still to come. */
export default class TimingReporter implements Reporter {
  #root = ''
  readonly #waiting = new Set<string>()
  readonly #begun = new Map<string, number>()
  readonly #seconds = new Map<string, number>()
  #quiet: () => void = () => undefined

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    for (const { moduleId } of specifications) this.#waiting.add(this.#path(moduleId))
    const started = Number(process.env[reporterVariables.started] ?? Date.now())
    this.#quiet = alarm(
      started,
      () => this.stillToCome(),
      (text) => void process.stdout.write(text),
    )
  }

  onTestModuleQueued({ moduleId }: TestModule): void {
    this.#waiting.delete(this.#path(moduleId))
    this.#begun.set(this.#path(moduleId), Date.now())
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    const path = this.#path(moduleId)
    this.#seconds.set(path, secondsSince(this.#begun.get(path)))
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    this.#quiet()
    const path = process.env[reporterVariables.record]
    if (path !== undefined) writeFileSync(path, JSON.stringify(this.#record(modules, errors.length)))
  }

  /** Files that have not ended. */
  stillToCome(): StillToCome {
    const running = [...this.#begun].filter(([what]) => !this.#seconds.has(what))
    return {
      running: running.map(([what, begun]) => ({ what, seconds: secondsSince(begun) })),
      waiting: [...this.#waiting],
    }
  }

  #record(modules: readonly TestModule[], errors: number): TestRecord {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    return {
      files: modules.map((module) => this.#file(module)).toSorted((left, right) => right.seconds - left.seconds),
      slowest: tests
        .map((test) => this.#test(test))
        .toSorted((left, right) => right.seconds - left.seconds)
        .slice(0, slowestTests),
      passed: count('passed'),
      failed: count('failed'),
      skipped: count('skipped') + count('pending'),
      // A file that cannot be loaded, or whose hook fails, has errors of its own and perhaps no test.
      errors: errors + modules.filter((module) => module.state() === 'failed').length,
    }
  }

  #file(module: TestModule): TimedFile {
    const tests = [...module.children.allTests()]
    return {
      file: this.#path(module.moduleId),
      project: module.project.name,
      seconds: this.#seconds.get(this.#path(module.moduleId)) ?? 0,
      tests: tests.length,
      failed: tests.filter((test) => test.result().state === 'failed').length,
    }
  }

  #test(test: TestCase): TimedTest {
    const seconds = Math.round((test.diagnostic()?.duration ?? 0) / 100) / 10
    return { file: this.#path(test.module.moduleId), title: test.fullName, seconds }
  }

  #path(moduleId: string): string {
    return relative(this.#root, moduleId)
  }
}

function secondsSince(moment: number | undefined): number {
  return moment === undefined ? 0 : Math.round((Date.now() - moment) / 100) / 10
}
