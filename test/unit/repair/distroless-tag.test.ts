import { describe, expect, it } from 'vitest'
import { repaired } from './situation.ts'

const given = { lint: ['DL3007:2'] }
const dockerfileOn = (base: string) =>
  `FROM golang:1.26 AS build\nFROM ${base}\nCOPY --from=build /go/bin/a /a\nENTRYPOINT ["/a"]\n`

describe('a distroless base tagged latest', () => {
  it.each([
    ['gcr.io/distroless/base-debian12:latest', 'gcr.io/distroless/base-debian12:nonroot'],
    ['gcr.io/distroless/java21-debian13', 'gcr.io/distroless/java21-debian13:nonroot'],
  ])('%s is %s: its name has the version', (written, expected) => {
    expect(repaired(dockerfileOn(written), given, ['base']).dockerfile).toBe(dockerfileOn(`${expected}\nWORKDIR /`))
  })
  it.each([
    'gcr.io/distroless/base:latest',
    'gcr.io/distroless/base-debian12:debug',
    `gcr.io/distroless/base-debian12:latest@sha256:${'0'.repeat(64)}`,
    'gcr.io/acme/base-debian12:latest',
    'debian:latest',
  ])('%s stays: that is not all that the tag says', (written) => {
    expect(repaired(dockerfileOn(written), given, ['base']).dockerfile).toBe(dockerfileOn(written))
  })
  it('needs no directory where it has one', () => {
    const text = dockerfileOn('gcr.io/distroless/base-debian12:latest\nWORKDIR /app')
    expect(repaired(text, given, ['base']).dockerfile).toBe(text.replace('latest', 'nonroot'))
  })
  it('stays where nobody asks for a version', () => {
    const text = dockerfileOn('gcr.io/distroless/base-debian12:latest')
    expect(repaired(text, {}, ['base']).dockerfile).toBe(text)
  })
})
