import { z } from 'zod'
import { justifications } from '../model/index.ts'

const moment = z.iso.datetime({ offset: true })
const iri = z.string().min(1)

const identifiers = z.strictObject({ purl: z.string(), cpe22: z.string(), cpe23: z.string() }).partial()

const component = {
  '@id': iri.optional(),
  identifiers: identifiers.optional(),
  hashes: z.record(z.string(), z.string()).optional(),
  supplier: z.string().optional(),
}

/** A part of a product. */
export const Subcomponent = z.strictObject(component)
export type Subcomponent = z.infer<typeof Subcomponent>

/** What a statement is about. */
export const Product = z.strictObject({ ...component, subcomponents: z.array(Subcomponent).optional() })
export type Product = z.infer<typeof Product>

const vexStatuses = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const

/** One statement: a vulnerability, products, and how the vulnerability affects them. */
export const VexStatement = z
  .strictObject({
    '@id': iri.optional(),
    version: z.int().min(0).optional(),
    vulnerability: z.strictObject({
      '@id': iri.optional(),
      name: z.string().min(1),
      description: z.string().optional(),
      aliases: z.array(z.string().min(1)).optional(),
    }),
    timestamp: moment.optional(),
    last_updated: moment.optional(),
    products: z.array(Product).min(1, 'at least one product'),
    status: z.enum(vexStatuses),
    supplier: z.string().optional(),
    status_notes: z.string().optional(),
    justification: z.enum(justifications).optional(),
    impact_statement: z.string().optional(),
    action_statement: z.string().optional(),
    action_statement_timestamp: moment.optional(),
  })
  // The specification also allows free text; Loadline does not: a reviewer must be able to tell reasons apart.
  .refine(({ status, justification }) => status !== 'not_affected' || justification !== undefined, {
    path: ['justification'],
    message: `not_affected needs one of ${justifications.join(', ')}`,
  })
  .refine(({ status, action_statement: action }) => status !== 'affected' || (action ?? '') !== '', {
    path: ['action_statement'],
    message: 'affected needs an action_statement',
  })
export type VexStatement = z.infer<typeof VexStatement>

/** An OpenVEX document, version 0.2.0 (https://github.com/openvex/spec). */
export const OpenVex = z.strictObject({
  '@context': z.enum(['https://openvex.dev/ns/v0.2.0', 'https://openvex.dev/ns']),
  '@id': iri,
  author: z.string().min(1),
  role: z.string().optional(),
  timestamp: moment,
  last_updated: moment.optional(),
  version: z.int().min(1),
  tooling: z.string().optional(),
  statements: z.array(VexStatement).min(1),
})
export type OpenVex = z.infer<typeof OpenVex>
