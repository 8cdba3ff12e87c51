import { afterAll, onTestFinished } from 'vitest'
import { getCurrentTest } from 'vitest/suite'

type End = () => void | Promise<void>

const ofFile: End[] = []

afterAll(async () => {
  for (const end of ofFile.toReversed()) await end()
})

/** Does something when the test that calls this has finished; outside of any test, when those of the file have. */
export function atEnd(end: End): void {
  if (getCurrentTest() === undefined) ofFile.push(end)
  else onTestFinished(end)
}
