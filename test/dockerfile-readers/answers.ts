import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

/** A Dockerfile and what decides how it is read. */
export interface Question {
  text: string
  buildArgs: Record<string, string>
  /** Empty for the last stage. */
  target: string
}

/** What programs/dockerfile reads in one, as answers_test.go writes it. */
export type Answer = z.infer<typeof Answer>
export const Answer = z.union([
  z.object({ refused: z.string() }),
  z.object({
    refused: z.undefined().optional(),
    stages: z.array(z.object({ name: z.string(), line: z.int() })),
    instructions: z.array(
      z.object({
        keyword: z.string(),
        line: z.int(),
        stage: z.int(),
        flags: z.array(z.string()),
        words: z.array(z.string()),
        json: z.boolean(),
        heredocs: z.int(),
        names: z.array(z.string()),
      }),
    ),
    reached: z.array(z.int()),
    shipped: z.array(z.int()),
    images: z.array(
      z.object({ kind: z.enum(['from', 'copy', 'mount']), line: z.int(), written: z.string(), shipped: z.boolean() }),
    ),
    user: z.string(),
    environment: z.array(z.string()).nullable(),
  }),
])

/** Asks programs/dockerfile about many Dockerfiles in one process: `run` runs its Go tests with the variable that names the questions. */
export async function answersTo(
  questions: readonly Question[],
  run: (env: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<Answer[]> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-dockerfiles-'))
  try {
    const file = join(directory, 'questions')
    writeFileSync(file, questions.map((question) => `${JSON.stringify(question)}\n`).join(''))
    await run({ LOADLINE_DOCKERFILES: file })
    const answers: Answer[] = []
    for await (const line of createInterface({ input: createReadStream(`${file}.answers`) }))
      answers.push(Answer.parse(JSON.parse(line)))
    if (answers.length !== questions.length)
      throw new Error(`expected ${questions.length} answers, found ${answers.length}`)
    return answers
  } finally {
    rmSync(directory, { recursive: true })
  }
}
