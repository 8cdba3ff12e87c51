import { lstat, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { dag, type Socket } from '@dagger.io/dagger'
import { DeliveryError } from '../../src/model/errors.ts'

/**
 * The socket of the ssh agent that `env:NAME` or `file:PATH` names, for a build. Throws `CREDENTIAL` if there is no socket: a step that asks for an agent would fail only after
 * minutes.
 */
export async function givenAgent(source: string | undefined): Promise<{ ssh?: Socket }> {
  if (source === undefined) return {}
  const [, kind, where = ''] = /^(env|file):(.+)$/s.exec(source) ?? []
  const path = kind === 'env' ? process.env[where] : where
  if (kind === undefined)
    throw new DeliveryError(
      'CREDENTIAL',
      `expected --ssh to be env:NAME or file:PATH, found "${source}"`,
      'Write --ssh env:SSH_AUTH_SOCK.',
    )
  if (path === undefined || path === '')
    throw new DeliveryError(
      'CREDENTIAL',
      `--ssh names the environment variable ${where}, which is not set`,
      'Start an agent with "eval $(ssh-agent)" and "ssh-add", or name its socket: --ssh file:PATH.',
    )
  if (!(await isSocket(path)))
    throw new DeliveryError(
      'CREDENTIAL',
      `expected --ssh to name the socket of an ssh agent, found ${path}, which is not one`,
      'Start an agent with "eval $(ssh-agent)" and "ssh-add". A key file is not read: add it to an agent.',
    )
  return { ssh: dag.host().unixSocket(resolve(path)) }
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await lstat(await realpath(path))).isSocket()
  } catch {
    return false
  }
}
