import { dag, type Secret } from '@dagger.io/dagger'
import { readOption } from './files/given-file.ts'
import { DeliveryError } from '../../src/model/errors.ts'

/**
 * Turns `env:NAME` or `file:PATH` into an engine secret. A value itself is refused: arguments can be read by everybody on the machine.
 * Throws `CREDENTIAL` where it is not there.
 */
export async function credential(name: string, source: string, option: string): Promise<Secret> {
  return dag.setSecret(name, await readCredential(source, option))
}

/** The value that `env:NAME` or `file:PATH` names. Throws `CREDENTIAL` where it is not there. */
export async function readCredential(source: string, option: string): Promise<string> {
  const [, kind, where] = /^(env|file):(.+)$/s.exec(source) ?? []
  if (kind === undefined || where === undefined) {
    throw new DeliveryError(
      'CREDENTIAL',
      `${option} takes env:NAME or file:PATH, never a value: arguments can be read by everybody on the machine`,
      `Put the value into an environment variable and give ${option} env:NAME.`,
    )
  }
  if (kind === 'env') {
    const value = process.env[where]
    if (value === undefined || value === '')
      throw new DeliveryError(
        'CREDENTIAL',
        `${option} names the environment variable ${where}, which is not set`,
        `Set ${where}, or name another variable.`,
      )
    return value
  }
  return readOption(where, option, 'CREDENTIAL')
}
