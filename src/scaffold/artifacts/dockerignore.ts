import type { Application, Language } from '../application.ts'
import { authorityInImage, bringsAuthority } from './database-authority.ts'

const neverThere: Readonly<Record<Language, readonly string[]>> = {
  python: ['**/__pycache__', '**/*.pyc'],
  node: ['**/node_modules', '**/*.test.*', '**/*.spec.*'],
  go: ['**/*_test.go'],
  java: [],
  rust: [],
}

/** Admits only what the build reads: anything nobody thought of stays out. */
export function dockerignore(application: Application): string {
  const { language, sources, files, secrets, observing = {} } = application
  const lines = [
    '# Only what the build reads. A new folder of code needs a line here and a COPY in the Dockerfile.',
    '*',
    '!deploy/healthcheck',
    ...new Set(Object.keys(observing).map((path) => `!${path.slice(0, path.lastIndexOf('/'))}`)),
    ...new Set([...sources, ...files.map(({ path }) => path)].map((path) => `!${path}`)),
    ...neverThere[language],
    // Excluded even inside a folder of code.
    '**/.env',
    '**/.env.*',
    '**/*.pem',
    '**/*.key',
    ...secrets,
    ...(bringsAuthority(application) ? [`!${authorityInImage}`] : []),
  ]
  return `${lines.join('\n')}\n`
}
