import { once } from 'node:events'
import { join } from 'node:path'
import { locateCache } from '../../toolchain/cache.ts'
import { renderProgress } from '../../toolchain/render-progress.ts'
import {
  documentsOf,
  findSigstore,
  identityToken,
  parts,
  startSigstore,
  stopSigstore,
  type SigstoreInstance,
} from '../../toolchain/sigstore/instance.ts'
import { limits, readNamed } from '../run/files/read-file.ts'
import { writePrivate } from '../run/files/write-files.ts'
import { serveIssuer } from '../../toolchain/sigstore/issuer.ts'
import { sigstorePrograms } from '../../toolchain/sigstore/programs.ts'
import { command, commandGroup } from './command.ts'
import { single, toggle } from './flag.ts'

const up = command<{ email: string }>({
  flags: { email: single('address', 'identity in its token', 'somebody@example.com') },
  more: `Example:
  eval "$(loadline sigstore up | grep ^export)"`,
  run: sigstoreUp,
})

const status = command<{ json: boolean }>({ flags: { json: toggle('print it as JSON') }, run: sigstoreStatus })

const issuer = command<object, [key: string, address: string]>({
  operands: [
    { spelling: '<key>', description: 'file with its private key' },
    { spelling: '<address>', description: 'address to listen on' },
  ],
  run: sigstoreIssuer,
})

export const make = commandGroup([
  ['up', 'compile it if needed, start it, and print how to sign with it', up],
  ['status', 'show which parts are running', status],
  ['down', 'stop it; its signatures can still be verified', command({ run: sigstoreDown })],
  ['issuer', '', issuer],
])

const say = (line: string) => void process.stderr.write(`${line}\n`)

const tokenHours = 8

/** `loadline sigstore up`: starts a private Sigstore for trying things out, or finds it running, and says how to sign with it. */
async function sigstoreUp({ email }: { email: string }): Promise<number> {
  const cache = locateCache()
  const found = await findSigstore(directory())
  const instance = found?.running.length === parts.length ? found.instance : await start(cache)
  const token = join(instance.directory, 'identity-token')
  await writePrivate(token, await identityToken(instance, email, tokenHours * 3600))
  const documents = documentsOf(instance.directory)
  const variables = {
    LOADLINE_SIGNING_CONFIG: documents.signingConfig,
    LOADLINE_TRUSTED_ROOT: documents.trustedRoot,
    LOADLINE_IDENTITY_TOKEN: token,
    LOADLINE_CERTIFICATE_IDENTITY: email,
    LOADLINE_CERTIFICATE_OIDC_ISSUER: instance.urls.issuer,
  }
  for (const [name, value] of Object.entries(variables))
    process.stdout.write(`export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
  process.stdout.write(
    '# loadline build-and-scan . --publish ... --identity-token "file:$LOADLINE_IDENTITY_TOKEN" --signing-config "$LOADLINE_SIGNING_CONFIG" --trusted-root "$LOADLINE_TRUSTED_ROOT"\n',
  )
  return 0
}

/** `loadline sigstore status`: which parts are running. Exit code 0 if all are, 3 if not. */
async function sigstoreStatus({ json }: { json: boolean }): Promise<number> {
  const found = await findSigstore(directory())
  if (json)
    process.stdout.write(
      `${JSON.stringify(Object.fromEntries(parts.map((part) => [part, found?.running.includes(part) === true ? { url: found.instance.urls[part], pid: found.instance.processes[part].pid } : null])), null, 2)}\n`,
    )
  for (const part of json ? [] : parts) {
    const running = found?.running.includes(part) === true
    process.stdout.write(
      `${part.padEnd(10)} ${running ? `${found?.instance.urls[part]} (process ${found?.instance.processes[part].pid})` : 'not running'}\n`,
    )
  }
  return found?.running.length === parts.length ? 0 : 3
}

/** `loadline sigstore down`: stops it. Its documents are kept, so that its signatures can still be verified; its keys are gone. */
async function sigstoreDown(): Promise<number> {
  await stopSigstore(directory())
  return 0
}

/**
 * `loadline sigstore issuer`, the process behind the issuer of `sigstore up`: it serves the address with the key of the
 * file until it is stopped.
 */
async function sigstoreIssuer(_: object, keyFile: string, address: string): Promise<number> {
  const { hostname, port } = new URL(address)
  const server = serveIssuer(address, String(await readNamed(keyFile, limits.written))).listen(Number(port), hostname)
  await once(server, 'close')
  return 0
}

function directory(): string {
  return locateCache().path('sigstore')
}

async function start(cache: ReturnType<typeof locateCache>): Promise<SigstoreInstance> {
  const programs = await sigstorePrograms(
    cache,
    (event) => {
      const line = renderProgress(event)
      if (line !== undefined) say(line)
    },
    say,
  )
  return startSigstore(cache.path('sigstore'), programs)
}
