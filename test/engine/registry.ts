import { execa } from 'execa'
import { atEnd } from './at-end.ts'
import { freePort } from './free-port.ts'
import { independentCrane } from './independent-crane.ts'

/** Serves an empty registry on loopback until the test ends; gives host and port. */
export async function serveRegistry(): Promise<string> {
  const [crane, port] = [await independentCrane(), await freePort()]
  const address = `127.0.0.1:${port}`
  const serving = execa(crane, ['registry', 'serve', '--address', address], { reject: false })
  atEnd(async () => {
    serving.kill()
    await serving
  })
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(`http://${address}/v2/`).catch(() => undefined)
    if (answer?.ok) return address
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the registry does not answer at ${address}`)
}
