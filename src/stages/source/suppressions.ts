import type { Directory } from '@dagger.io/dagger'
import { readText } from '../../engine/read-text.ts'
import { compareText, suppressionKinds, type SuppressionFile, type SuppressionKind } from '../../model/index.ts'
import { limits } from '../../model/limits.ts'
import { suppressionError } from '../../policy/suppressions/suppression-document.ts'
import type { Policy, Suppression } from '../../policy/schema.ts'
import type { ReadSuppressions } from '../../policy/suppressions/entry.ts'
import { readHadolintIgnored } from '../../policy/suppressions/hadolint-ignored.ts'
import { readOpenVex } from '../../policy/suppressions/openvex.ts'
import { exceptNotAffected } from '../../policy/suppressions/not-affected.ts'
import { readTrivyIgnore } from '../../policy/suppressions/trivy-ignore.ts'

/** A policy with the exceptions from the files that it names, and every such file in the source. */
export interface Suppressed {
  policy: Policy
  files: SuppressionFile[]
}

/** The usual names of such files. A file with a different name is read if the policy names it. */
const usualNames: Readonly<Record<SuppressionKind, readonly string[]>> = {
  openvex: ['**/*.openvex.json', '**/*.vex.json', '**/openvex.json', '**/vex.json', '.vex/*.json'],
  trivyignore: ['**/.trivyignore', '**/.trivyignore.yaml', '**/.trivyignore.yml', '**/trivy.yaml', '**/trivy.yml'],
  hadolint: ['**/.hadolint.yaml', '**/.hadolint.yml', '**/hadolint.yaml', '**/hadolint.yml'],
}

/**
 * Reads the ignore files that the policy names, and no others, and adds their exceptions to the register, so that the
 * policy's digest covers them. Files in the source that are not named are listed. Throws `POLICY` if a named file is
 * missing or cannot be read in full.
 */
export async function readSuppressions(directory: Directory, policy: Policy, imageName: string): Promise<Suppressed> {
  const [named, found] = await Promise.all([readNamed(directory, policy, imageName), findUsual(directory)])
  const isNamed = new Set(named.map(({ kind, suppression }) => `${kind} ${suppression.file}`))
  const entries = named.flatMap(({ read }) => read.entries)
  const files = [
    ...named.map(({ kind, suppression, read }): SuppressionFile => ({
      kind,
      path: suppression.file,
      honoured: true,
      entries: read.entries.length,
      left: read.left,
    })),
    ...found
      .filter(({ kind, path }) => !isNamed.has(`${kind} ${path}`))
      .map(({ kind, path }): SuppressionFile => ({ kind, path, honoured: false, entries: 0, left: [] })),
  ].toSorted((left, right) => Number(right.honoured) - Number(left.honoured) || compareText(left.path, right.path))
  return {
    policy:
      entries.length === 0
        ? policy
        : { ...policy, exceptions: { ...policy.exceptions, register: [...policy.exceptions.register, ...entries] } },
    files,
  }
}

interface Named {
  kind: SuppressionKind
  suppression: Suppression
  read: ReadSuppressions
}

async function readNamed(directory: Directory, { suppressions }: Policy, imageName: string): Promise<Named[]> {
  const texts = async (kind: SuppressionKind) =>
    Promise.all(
      suppressions[kind].map(async (suppression) => ({
        suppression,
        text: await readHonoured(directory, suppression.file),
      })),
    )
  const [openvex, trivyignore, hadolint] = await Promise.all([
    texts('openvex'),
    texts('trivyignore'),
    texts('hadolint'),
  ])
  // Statements in one document can override those in another, so all are evaluated together.
  const documents = openvex.map(({ suppression, text }) => ({
    suppression,
    document: readOpenVex(text, suppression.file),
  }))
  const statements = exceptNotAffected(documents, imageName)
  return [
    ...documents.map(({ suppression }, index): Named => ({
      kind: 'openvex',
      suppression,
      read: statements[index] ?? { entries: [], left: [] },
    })),
    ...trivyignore.map(({ suppression, text }): Named => ({
      kind: 'trivyignore',
      suppression,
      read: readTrivyIgnore(text, suppression),
    })),
    ...hadolint.map(({ suppression, text }): Named => ({
      kind: 'hadolint',
      suppression,
      read: readHadolintIgnored(text, suppression),
    })),
  ]
}

async function readHonoured(directory: Directory, path: string): Promise<string> {
  const text = await readText(directory, path, limits.written, 'POLICY')
  if (text !== undefined) return text
  throw suppressionError(
    path,
    undefined,
    'the policy honours this file (suppressions), but the source does not have it',
  )
}

async function findUsual(directory: Directory): Promise<Array<{ kind: SuppressionKind; path: string }>> {
  const found = await Promise.all(
    suppressionKinds.map(async (kind) =>
      (await Promise.all(usualNames[kind].map((pattern) => directory.glob(pattern))))
        .flat()
        .map((path) => ({ kind, path })),
    ),
  )
  return [
    ...new Map(
      found
        .flat()
        .filter(({ path }) => !/(^|\/)node_modules\//.test(path))
        .map((file) => [`${file.kind} ${file.path}`, file]),
    ).values(),
  ]
}
