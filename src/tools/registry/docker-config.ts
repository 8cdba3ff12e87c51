import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readDocument } from '../../model/read-json.ts'

const Configuration = z.looseObject({ auths: z.record(z.string(), z.looseObject({})).optional() })

/**
 * A Docker configuration that has the credentials of a registry under a second name as well: clients look them up by the name that they
 * reach it by. Throws `CREDENTIAL` where it is no such configuration; the message does not quote it.
 */
export function knownUnder(configuration: string, host: string, alias: string): string {
  const { auths = {}, ...rest } = parse(configuration)
  const key = Object.keys(auths).find((name) => hostOf(name) === host)
  const entry = key === undefined ? undefined : auths[key]
  return JSON.stringify({ ...rest, auths: entry === undefined ? auths : { ...auths, [alias]: entry } })
}

/** As Docker reads its keys: `https://index.example.com/v1/` is index.example.com. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? ''
}

function parse(text: string): z.infer<typeof Configuration> {
  return readDocument(
    text,
    Configuration,
    () =>
      new DeliveryError(
        'CREDENTIAL',
        'the credentials of the registry are no Docker configuration',
        'Give a config.json that "docker login" wrote.',
      ),
  )
}
