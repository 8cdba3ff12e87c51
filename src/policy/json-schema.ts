import { z } from 'zod'
import { PolicyFile } from './file.ts'
import { OrganisationFile } from './organisation.ts'

/**
 * The JSON Schema (draft 2020-12) of the policy file, for editors and other tools. The loader is stricter: it also
 * knows the clock and the SPDX list.
 */
export function policyJsonSchema(): Record<string, unknown> {
  return {
    title: 'Loadline policy',
    description:
      'What an image must prove before it may ship. Omitted values come from the policy that the file extends.',
    ...z.toJSONSchema(PolicyFile, { io: 'input', target: 'draft-2020-12' }),
  }
}

/** The JSON Schema (draft 2020-12) of an organisation's policy file. */
export function organisationJsonSchema(): Record<string, unknown> {
  return {
    title: 'Loadline organisation policy',
    description:
      'What every image of an organisation must prove before it may ship, and which of these settings no application may change.',
    ...z.toJSONSchema(OrganisationFile, { io: 'input', target: 'draft-2020-12' }),
  }
}
