import { describe, expect, it } from 'vitest'
import { namesRead } from './names-read.ts'

describe('what checks the environment of a program on Node says what it reads', () => {
  it.each<[string, Record<string, string>, string[]]>([
    [
      'a schema in a file of its own',
      {
        'schema.ts':
          "import { z } from 'zod'\nexport const envSchema = z.object({\n  DATABASE_URL: z\n    .string()\n    .url(),\n  'LIMIT_A': z.coerce.number().default(10),\n})\n",
        'env.ts': "import { envSchema } from './schema'\nexport const env = envSchema.parse(process.env)\n",
        'other.ts': 'export const message = z.object({ KIND_A: z.string() })\n',
      },
      ['DATABASE_URL!', 'LIMIT_A=10'],
    ],
    [
      "a schema for Nest's module",
      {
        'schema.ts': 'export const validation = Joi.object({ JWT_KEY: Joi.string().required() })\n',
        'app.ts': 'ConfigModule.forRoot({ validationSchema: validation })\n',
      },
      ['JWT_KEY!'],
    ],
    [
      'envalid under its own name',
      {
        'env.ts':
          "import * as envalid from 'envalid'\nexport const env = envalid.cleanEnv(process.env, { API_URL: envalid.url(), LIMIT_A: envalid.num({ default: 5 }) })\n",
      },
      ['API_URL!', 'LIMIT_A=5'],
    ],
    [
      "a JSON schema of Fastify's",
      {
        'env.js':
          "import fastifyEnv from '@fastify/env'\nconst schema = {\n  type: 'object',\n  required: ['DATABASE_URL', 'KEY_A'],\n  properties: {\n    DATABASE_URL: { type: 'string' },\n    KEY_A: { type: 'string', minLength: 1 },\n    LIMIT_A: { type: 'number', default: 5 },\n  },\n}\n",
      },
      ['DATABASE_URL!', 'KEY_A!', 'LIMIT_A=5'],
    ],
    [
      'a class of class-validator',
      {
        'env.ts':
          "import { IsOptional, IsString, validateSync } from 'class-validator'\nexport class EnvironmentVariables {\n  @IsString()\n  DATABASE_URL: string\n\n  @IsOptional()\n  @IsString()\n  SENTRY_A?: string\n\n  @IsNumber() @Min(1) LIMIT_A: number = 5\n\n  @IsUrl({ require_tld: false })\n  readonly API_URL!: string\n}\n",
      },
      ['API_URL!', 'DATABASE_URL!', 'LIMIT_A=5', 'SENTRY_A'],
    ],
    [
      'env-var under another name',
      {
        'a.ts':
          "import ev, { get } from 'env-var'\nconst a = ev.get('A_B').required().asString()\nconst b = get('C_D').default('x').asString()\n",
      },
      ['A_B!', 'C_D=x'],
    ],
    [
      'convict in a file of its own',
      {
        'schema.js':
          "module.exports = { url: { doc: 'url', format: String, default: 'x', env: 'API_URL' }, key: { format: String, default: null, env: 'KEY_A', sensitive: true } }\n",
      },
      ['API_URL=x', 'KEY_A'],
    ],
  ])('%s', (_, files, expected) => {
    expect(namesRead('node', files)).toEqual(expected)
  })
})
