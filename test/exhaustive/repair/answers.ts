import { dag } from '@dagger.io/dagger'
import { beginBuild } from '../../../pipelines/begin-build.ts'
import type { Request } from '../../../pipelines/request.ts'
import { tryImage } from '../../../pipelines/try-image.ts'
import { DeliveryError } from '../../../src/model/errors.ts'
import { readSource } from '../../../src/stages/source/source.ts'
import type { Answers } from './measured.ts'
import type { Shape } from './shape.ts'

/** Seconds that an application may take until it answers: as many as the default policy gives it. */
const patience = 30

type Files = Readonly<Record<string, string>>

/**
 * Whether a source with some changed files answers where its shape says: started as anybody would start its image, and
 * started under hardening. Neither looks at the image's own health check.
 */
export async function answersOf(request: Request, shape: Shape, files: Files): Promise<Answers> {
  const directory = Object.entries(files).reduce((all, [name, text]) => all.withNewFile(name, text), request.directory)
  const { port, path } = shape
  // The source's own policy is left aside: what it excepts does not matter to a start.
  const text = JSON.stringify({ version: 1, runtime: { probe: { http: { port, path } } } })
  const changed = { ...request, directory, policy: { path: 'probe.yaml', text } }
  try {
    const source = await readSource(changed)
    const { built } = await beginBuild(source, changed).image(source.platforms[0])
    const { run, configuration } = await tryImage(changed)
    const hardened = run?.outcome === 'ready' ? true : (run?.reason ?? 'it could not be run')
    // Unlike Docker and containerd, the engine itself opens no port below 1024 to such a user.
    const isRefusedHere = port < 1024 && !/^(0|root)?(:|$)/.test(configuration?.user ?? '')
    const plain = isRefusedHere ? hardened : await withoutHardening(dag.container().import_(built.file), shape)
    return { plain, hardened }
  } catch (error) {
    if (!(error instanceof DeliveryError && /^(BUILD|BUILD_STEP|LOCK|SOURCE)$/.test(error.code))) throw error
    const why = `it does not build: ${error.message.split('\n')[0] ?? ''}`
    return { plain: why, hardened: why }
  }
}

async function withoutHardening(
  image: ReturnType<typeof dag.container>,
  { port, path }: Shape,
): Promise<Answers['plain']> {
  const service = image.withExposedPort(port, { experimentalSkipHealthcheck: true }).asService({ useEntrypoint: true })
  try {
    const tunnel = await dag
      .host()
      .tunnel(service, { ports: [{ frontend: 0, backend: port }] })
      .start()
    const address = await tunnel.endpoint({ scheme: 'http' })
    const answered = await untilAnswered(`${address}${path}`)
    await tunnel.stop({ kill: true })
    await service.stop({ kill: true })
    return answered ? true : `no answer within ${patience} s`
  } catch (error) {
    return `it ends: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown'}`
  }
}

async function untilAnswered(address: string): Promise<boolean> {
  for (const until = Date.now() + patience * 1000; Date.now() < until;) {
    const status = await fetch(address, { signal: AbortSignal.timeout(5000), redirect: 'manual' }).then(
      (response) => response.status,
      () => 0,
    )
    if (status > 0 && status < 400) return true
    await new Promise((wake) => setTimeout(wake, 500))
  }
  return false
}
