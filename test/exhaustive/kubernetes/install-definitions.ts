import { setTimeout as sleep } from 'node:timers/promises'
import type { Definition } from '../../engine/custom-resources.ts'
import type { ApiServer } from './api-server.ts'

/** Teaches a server the kinds that these define, and waits until it serves them. */
export async function installDefinitions(server: ApiServer, definitions: readonly Definition[]): Promise<void> {
  for (const definition of definitions) {
    const { status, said } = await server.create(definition)
    if (status !== 201) throw new Error(`the definition of ${definition.spec.names.kind} was refused: ${said}`)
    await served(server, definition)
  }
}

/** Waits until the server says that it knows the kind, and how it looks. */
async function served(server: ApiServer, { spec: { group, versions } }: Definition): Promise<void> {
  const path = `apis/${group}/${versions.find(({ served: offered }) => offered)?.name}`
  for (let waited = 0; waited < 300; waited += 1) {
    const { paths } = await server.read<{ paths: Record<string, unknown> }>('/openapi/v3')
    if (path in paths) return
    await sleep(100)
  }
  throw new Error(`the API server does not serve ${path}`)
}
