import { z } from 'zod'

/** What a Dockerfile of the project does that counts for the scaffold's. */
export const OwnDockerfile = z.strictObject({
  path: z.string(),
  /** What it runs, installs, sets and brings that the scaffold's does not, each with its line. */
  steps: z.array(z.string()),
  /** Its program with arguments, as words. */
  starts: z.array(z.string()),
  ports: z.array(z.number()),
  /** Paths of the source that it copies to the same place below its working directory, and its line. */
  copies: z.array(z.strictObject({ path: z.string(), by: z.string() })),
})
export type OwnDockerfile = z.infer<typeof OwnDockerfile>

/** Another process of the same application, and the file that has it. */
export const OwnProcess = z.strictObject({ name: z.string(), command: z.string(), path: z.string() })
export type OwnProcess = z.infer<typeof OwnProcess>

/** What the scaffold's files take the place of. It is kept with the answers, so that the next call says the same. */
export const Replaced = z.strictObject({
  dockerfile: OwnDockerfile.optional(),
  processes: z.array(OwnProcess).optional(),
})
export type Replaced = z.infer<typeof Replaced>
