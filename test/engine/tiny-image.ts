import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scratch } from './command-line.ts'

/** A policy that the image does not pass: Loadline's own rules, where nothing is said of them. */
export const strict = 'version: 1\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\n'

const advisory = 'version: 1\nextends: advisory\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\n'

/** The smallest application that there is, with a policy that it passes unless another is given; `text` makes it another one. Nothing but the delivery is of interest here. */
export function tinyImage(text: string, policy = advisory): string {
  const directory = scratch()
  const files = {
    Dockerfile: 'FROM gcr.io/distroless/static-debian12:nonroot\nCOPY hello.txt /hello.txt\nUSER 65532\n',
    'hello.txt': `${text}\n`,
    'loadline.yaml': policy,
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  return directory
}
