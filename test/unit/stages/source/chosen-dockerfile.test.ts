import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../../src/model/errors.ts'
import { checkDockerfile } from '../../../../src/stages/source/chosen-dockerfile.ts'
import { externalImages } from '../../../../src/formats/dockerfile/external-images.ts'

describe('the text of a Dockerfile', () => {
  it('has no byte order mark and may end its lines as Windows does [fault 21]', () => {
    const text = checkDockerfile('\uFEFFFROM scratch AS a\r\nCOPY --from=alpine:3 /a /a\r\n', 'Dockerfile')
    expect(externalImages(text, { buildArgs: {} }).map(({ reference, line }) => [reference, line])).toEqual([
      ['scratch', 1],
      ['docker.io/library/alpine:3', 2],
    ])
  })

  it.each([
    ['', /Dockerfile is empty/],
    ['\uFEFF\r\n \n', /Dockerfile is empty/],
    [Buffer.from('FROM scratch\n', 'utf16le').toString('utf8'), /not UTF-8/],
    [Buffer.from([0x46, 0x52, 0xff, 0xfe]).toString('utf8'), /not UTF-8/],
  ])('that is %j is refused [fault 21]', (text, message) => {
    expect(() => checkDockerfile(text, 'Dockerfile')).toThrow(message)
    expect(() => checkDockerfile(text, 'Dockerfile')).toThrow(DeliveryError)
  })
})
