import type { KubernetesObject } from '../../engine/kubernetes-objects.ts'
import { closed, writeSchema } from '../../engine/kubernetes-schemas.ts'
import type { ApiServer } from './api-server.ts'

type Schema = Record<string, unknown>

/** Writes the schema of every kind among the objects, as the server itself publishes it: with what its custom resources define, and closed to fields that it does not know. */
export async function writePublishedSchemas(
  server: ApiServer,
  objects: readonly KubernetesObject[],
  directory: string,
): Promise<void> {
  const { paths } = await server.read<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3')
  for (const apiVersion of new Set(objects.map((object) => object.apiVersion))) {
    const published = paths[`${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`]
    if (published === undefined) throw new Error(`the API server publishes nothing of ${apiVersion}`)
    const { components } = await server.read<{ components: { schemas: Record<string, Schema> } }>(
      published.serverRelativeURL,
    )
    const [version = '', group = ''] = apiVersion.split('/').toReversed()
    for (const kind of new Set(
      objects.filter((object) => object.apiVersion === apiVersion).map((object) => object.kind),
    )) {
      const name = Object.entries(components.schemas).find(([, schema]) =>
        kindsOf(schema).some((known) => known.group === group && known.version === version && known.kind === kind),
      )?.[0]
      if (name === undefined) throw new Error(`the API server publishes no schema of ${kind} in ${apiVersion}`)
      writeSchema(directory, apiVersion, kind, {
        $ref: `#/components/schemas/${name}`,
        components: closed(components),
      })
    }
  }
}

function kindsOf(schema: Schema): Array<{ group: string; version: string; kind: string }> {
  return (schema['x-kubernetes-group-version-kind'] ?? []) as Array<{ group: string; version: string; kind: string }>
}
