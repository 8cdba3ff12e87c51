import { describe, expect, it } from 'vitest'
import { knownUnder } from '../../../../src/tools/registry/docker-config.ts'

const auth = { auth: 'Y2FuYXJ5OnNlY3JldA==' }

describe('knownUnder', () => {
  it.each(['127.0.0.1:5000', 'http://127.0.0.1:5000', 'https://127.0.0.1:5000/v2/'])(
    'finds the credentials under %s and keeps everything else',
    (key) => {
      const configuration = { auths: { [key]: auth, 'ghcr.io': {} }, HttpHeaders: { a: 'b' } }
      expect(
        JSON.parse(knownUnder(JSON.stringify(configuration), '127.0.0.1:5000', 'registry.localhost:5000')),
      ).toEqual({ ...configuration, auths: { ...configuration.auths, 'registry.localhost:5000': auth } })
    },
  )

  it('adds nothing if there are none for the registry: those of another one stay where they are', () => {
    const configuration = { auths: { '127.0.0.1:5001': auth } }
    expect(JSON.parse(knownUnder(JSON.stringify(configuration), '127.0.0.1:5000', 'registry.localhost:5000'))).toEqual(
      configuration,
    )
    expect(JSON.parse(knownUnder('{}', '127.0.0.1:5000', 'registry.localhost:5000'))).toEqual({ auths: {} })
  })

  it.each(['', '{"auths":', '[]', 'null', '{"auths":["secret-canary"]}', 'secret-canary'])(
    'refuses %j without quoting it',
    (text) => {
      const read = () => knownUnder(text, 'a', 'b')
      expect(read).toThrow(
        expect.objectContaining({ code: 'CREDENTIAL', message: expect.not.stringContaining('canary') }),
      )
    },
  )
})
