import { expect, it } from 'vitest'
import { isFromScratch } from '../../../../src/stages/build/scratch-image.ts'
import { readingOf } from '../../recorded-reading.ts'

it.each([
  ['FROM scratch', true],
  ['FROM scratch AS files\nCOPY a /a\nFROM files', true],
  ['FROM --platform=$TARGETPLATFORM scratch', true],
  ['FROM --platform=linux/amd64 scratch', false],
  ['FROM scratch AS files\nCOPY a /a\nFROM debian:12-slim\nCOPY --from=files /a /a', false],
])('whether the image gets the platform that it is built for: %j', (text, isWanted) => {
  for (const platform of ['linux/arm64', 'linux/arm/v7'])
    expect(isFromScratch(readingOf(`${text}\n`, { platforms: [platform] }), platform)).toBe(isWanted)
})
