import { cpSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSourceTree } from '../../../ci/run/read-source-tree.ts'
import { makeScaffold } from '../../../pipelines/scaffold.ts'
import { stackNames } from '../../../src/scaffold/answers.ts'
import type { Scaffold, SourceTree } from '../../../src/scaffold/index.ts'

const fixtures = fileURLToPath(new URL('../../fixtures/scaffold/', import.meta.url))

/** The stacks that there is an application for: every one. */
export const applications = readdirSync(fixtures).filter((name) => name !== 'README.md')

if ([...stackNames].sort().join() !== applications.join())
  throw new Error(`each stack needs an application in ${fixtures}`)

/** The source of the application of a stack. */
export function sourceOf(stack: string): Promise<SourceTree> {
  return readSourceTree(join(fixtures, stack))
}

/** A scaffold for the application of a stack, with the answers that a person would have to give. */
export async function scaffoldOf(stack: string, answers: Record<string, unknown> = {}): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['kubernetes'],
      compliance: ['internal'],
      image: 'registry.example.com/shop/orders',
      repository: 'https://git.example.com/shop/orders',
      ...answers,
    },
    await sourceOf(stack),
  )
}

/** A source with these files and no others. */
export function treeOf(files: Record<string, string>): SourceTree {
  return { paths: Object.keys(files).sort(), texts: new Map(Object.entries(files)) }
}

/** A copy of the application of a stack, to be written to. */
export function copyOf(stack: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-scaffold-'))
  cpSync(join(fixtures, stack), directory, { recursive: true })
  return directory
}

/** A requirements.txt of FastAPI with all that it and a server of it need, and these. */
export function requirementsWith(...pinned: readonly string[]): string {
  return `${[...ofFastapi, ...pinned].join('\n')}\n`
}

const ofFastapi = [
  'annotated-types==0.8.0',
  'anyio==4.16.0',
  'click==8.5.1',
  'fastapi==0.165.0',
  'h11==0.16.0',
  'idna==3.20',
  'pydantic==2.14.3',
  'pydantic-core==2.50.4',
  'starlette==1.10.0',
  'typing-extensions==4.16.0',
]
