import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Answer, type Question } from './answers.ts'

/** Dockerfiles, and what BuildKit's parser was recorded to read in them. */
export const recordings = new URL('../fixtures/dockerfile/answers.json', import.meta.url)

const Recorded = z.array(
  z.object({
    question: z.object({ text: z.string(), buildArgs: z.record(z.string(), z.string()), target: z.string() }),
    answer: Answer,
  }),
)

/** How many of the Dockerfiles that `npm test` asks about are recorded, from the first: the odd ones, and some of those that are generated. */
export const recordedCount = 400

/** The text of the recordings: a line for each Dockerfile. */
export function recordedText(questions: readonly Question[], answers: readonly Answer[]): string {
  const rows = questions.slice(0, recordedCount).map((question, index) => ({ question, answer: answers[index] }))
  return `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`
}

export function recordedAnswers(): z.infer<typeof Recorded> {
  return Recorded.parse(JSON.parse(readFileSync(recordings, 'utf8')))
}
