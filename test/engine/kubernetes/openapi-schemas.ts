import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiServer, KubernetesObject } from './api-server.ts'

type Schema = Record<string, unknown>

/** Where kubeconform looks for the schemas that `writeSchemas` wrote to a directory. */
export function schemaLocation(directory: string): string {
  return join(directory, '{{ .Group }}_{{ .ResourceAPIVersion }}_{{ .ResourceKind }}.json')
}

/** Writes the schema of every kind among the objects, as the server itself publishes it: with what its custom resources define, and closed to fields that it does not know. */
export async function writeSchemas(
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
      // To kubeconform the group of a kind without group is its version.
      writeFileSync(
        join(directory, `${apiVersion.split('/')[0]}_${version}_${kind.toLowerCase()}.json`),
        JSON.stringify({ $ref: `#/components/schemas/${name}`, components: closed(components) }),
      )
    }
  }
}

function kindsOf(schema: Schema): Array<{ group: string; version: string; kind: string }> {
  return (schema['x-kubernetes-group-version-kind'] ?? []) as Array<{ group: string; version: string; kind: string }>
}

/** The same schema, in which an object with known properties has no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  const open =
    !('properties' in schema) ||
    typeof schema.properties !== 'object' ||
    'additionalProperties' in schema ||
    'x-kubernetes-preserve-unknown-fields' in schema
  return open ? inner : { ...inner, additionalProperties: false }
}
