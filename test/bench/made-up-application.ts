import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What an application is made up of. */
export interface MadeUp {
  /** Bytes of files that no compression makes smaller. */
  bytes: number
  /** Node packages, each with a package.json of its own. */
  packages: number
  platforms: readonly string[]
}

const fileBytes = 16 * 2 ** 20

/**
 * Writes an application of this size into a directory, another one each time, so that no cache knows it. Its build only copies: what grows is the work of Loadline and its tools.
 * Its policy only warns, and every collector runs.
 */
export function writeApplication(directory: string, { bytes, packages, platforms }: MadeUp): void {
  const application = join(directory, 'app')
  mkdirSync(application, { recursive: true })
  writeFileSync(
    join(application, 'package.json'),
    `${JSON.stringify({ name: `bench-${randomUUID()}`, version: '1.0.0', license: 'MIT' })}\n`,
  )
  for (let index = 0; index < packages; index += 1) {
    const folder = join(application, 'node_modules', `package-${index}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      join(folder, 'package.json'),
      `${JSON.stringify({ name: `package-${index}`, version: `1.${index % 50}.${index % 9}`, license: 'MIT' })}\n`,
    )
  }
  for (let left = bytes, index = 0; left > 0; left -= fileBytes, index += 1)
    writeFileSync(join(application, `${index}.bin`), randomBytes(Math.min(left, fileBytes)))
  writeFileSync(
    join(directory, 'Dockerfile'),
    `FROM gcr.io/distroless/static-debian12:nonroot\nCOPY app /app\nUSER 65532\n`,
  )
  writeFileSync(
    join(directory, 'loadline.yaml'),
    `version: 1\nextends: advisory\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\nbuild: {platforms: [${platforms.join(', ')}]}\n`,
  )
}
