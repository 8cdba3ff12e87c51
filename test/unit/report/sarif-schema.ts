import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'

// The schema is of draft 4: `id` and the name of the draft are all that later drafts say otherwise in it.
const {
  id: _,
  $schema: __,
  ...schema
} = JSON.parse(
  readFileSync(new URL('../../fixtures/sarif/sarif-2.1.0.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(ajv)
const validate = ajv.compile(schema)

/** What the schema of SARIF 2.1.0 says against a log. */
export function sarifFaults(text: string): string[] {
  return validate(JSON.parse(text))
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
