import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { parseAllDocuments } from 'yaml'

type Schemas = Record<string, object>

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../fixtures/schemas/${name}`, import.meta.url), 'utf8')) as T
}

const options = { strict: false, validateFormats: false, allErrors: true } as const
const ajv = new Ajv(options)

const kubernetes = read<{ kinds: Record<string, string>; $defs: object }>('kubernetes-1.34.2.json')
const others: Schemas = {
  ...read<Schemas>('prometheus-operator-0.85.0.json'),
  ...read<Schemas>('knative-serving-0.46.0.json'),
  ...read<Schemas>('external-secrets-1.3.2.json'),
  ...read<Schemas>('gateway-api-1.4.1.json'),
}
const aws = read<Schemas>('aws-botocore-1.44.5.json')
// Its $schema spells draft 7 with https, which no validator knows.
const { $schema: _, ...composeSchema } = read<Record<string, unknown>>('compose-spec-2.9.0.json')

const compiled = new Map<string, ValidateFunction>()

function validator(name: string, schema: () => object | undefined): ValidateFunction {
  const made = schema()
  const known = compiled.get(name)
  if (known !== undefined) return known
  if (made === undefined) throw new Error(`there is no schema for ${name}`)
  const validate = ajv.compile(made)
  compiled.set(name, validate)
  return validate
}

function faults(validate: ValidateFunction, document: unknown): string[] {
  return validate(document)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }: ErrorObject) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      )
}

/** The documents of a YAML file; throws where it is none, or has a key twice. */
export function documentsOf(text: string): Array<Record<string, unknown>> {
  return parseAllDocuments(text, { uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS() as Record<string, unknown>
  })
}

/** What a Kubernetes API server of that version, with the CRDs, would refuse of an object. */
export function objectFaults(document: Record<string, unknown>): string[] {
  const kind = `${String(document['apiVersion'])} ${String(document['kind'])}`
  const pointer = kubernetes.kinds[kind]
  return faults(
    validator(kind, () => (pointer === undefined ? others[kind] : { $ref: pointer, $defs: kubernetes.$defs })),
    document,
  )
}

/** What Compose would refuse of a file. */
export function composeFaults(document: unknown): string[] {
  return faults(
    validator('compose', () => composeSchema),
    document,
  )
}

/** What the AWS command line would refuse of an input; the file says which call it is for. */
export function awsFaults(file: string, document: unknown): string[] {
  return faults(
    validator(file, () => aws[file]),
    document,
  )
}
