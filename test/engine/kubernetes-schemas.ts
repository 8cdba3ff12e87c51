import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Definition } from './custom-resources.ts'

/** Where kubeconform looks for the schemas in a directory. */
export function schemaLocation(directory: string): string {
  return join(directory, '{{ .Group }}_{{ .ResourceAPIVersion }}_{{ .ResourceKind }}.json')
}

/** Writes the schema of each kind that these define, closed to fields that it does not know. */
export function writeDefinedSchemas(definitions: readonly Definition[], directory: string): void {
  for (const { spec } of definitions)
    for (const { name, schema } of spec.versions.filter(({ served }) => served))
      writeSchema(directory, `${spec.group}/${name}`, spec.names.kind, closed(schema.openAPIV3Schema))
}

/** Writes a schema where kubeconform looks for that of a kind. To it the group of a kind without group is its version. */
export function writeSchema(directory: string, apiVersion: string, kind: string, schema: unknown): void {
  const [group = '', version = group] = apiVersion.split('/')
  writeFileSync(join(directory, `${group}_${version}_${kind.toLowerCase()}.json`), JSON.stringify(schema))
}

/** The same schema, in which an object with known properties has no others. */
export function closed(schema: unknown): unknown {
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
