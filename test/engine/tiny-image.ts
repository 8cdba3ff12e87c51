import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scratch } from './command-line.ts'

/** The smallest application that there is, with a policy that it passes; `text` makes it another one. Nothing but the delivery is of interest here. */
export function tinyImage(text: string): string {
  const directory = scratch()
  const files = {
    Dockerfile: 'FROM gcr.io/distroless/static-debian12:nonroot\nCOPY hello.txt /hello.txt\nUSER 65532\n',
    'hello.txt': `${text}\n`,
    'loadline.yaml':
      'version: 1\nextends: advisory\ndatabase: {accept: [official, given, example], maximumAge: 3650d}\n',
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  return directory
}
