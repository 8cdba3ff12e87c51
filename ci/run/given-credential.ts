import { dag, type Secret } from '@dagger.io/dagger'
import { readOption } from './files/given-file.ts'
import { DeliveryError } from '../../src/model/errors.ts'

/**
 * Turns `env:NAME` or `file:PATH` into an engine secret. A literal value is refused: everybody on the machine can read arguments.
 * Throws `CREDENTIAL` if it is missing.
 */
export async function credential(name: string, source: string, option: string): Promise<Secret> {
  return dag.setSecret(name, await readCredential(source, option))
}

/** The value that `env:NAME` or `file:PATH` names. Throws `CREDENTIAL` if it is missing. */
export async function readCredential(source: string, option: string): Promise<string> {
  const [, kind, where] = /^(env|file):(.+)$/s.exec(source) ?? []
  if (kind === undefined || where === undefined) {
    throw new DeliveryError(
      'CREDENTIAL',
      `expected ${option} to be env:NAME or file:PATH, found a value: everybody on the machine can read arguments`,
      `Put the value into an environment variable and use ${option} env:NAME.`,
    )
  }
  if (kind === 'env') {
    const value = process.env[where]
    if (value === undefined || value === '')
      throw new DeliveryError(
        'CREDENTIAL',
        `${option} names the environment variable ${where}, which is not set`,
        `Set ${where}, or name a different variable.`,
      )
    return value
  }
  return readOption(where, option, 'CREDENTIAL')
}
