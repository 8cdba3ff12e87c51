/** Trivy's package types, by the name of their advisories in its database: https://trivy.dev/docs/latest/scanner/vulnerability/ */
const ecosystems: Readonly<Record<string, string>> = {
  'python-pkg': 'pip',
  pip: 'pip',
  pipenv: 'pip',
  poetry: 'pip',
  uv: 'pip',
  pylock: 'pip',
  'node-pkg': 'npm',
  npm: 'npm',
  yarn: 'npm',
  pnpm: 'npm',
  bun: 'npm',
  gobinary: 'go',
  gomod: 'go',
  jar: 'maven',
  pom: 'maven',
  gradle: 'maven',
  sbt: 'maven',
  gemspec: 'rubygems',
  bundler: 'rubygems',
  rustbinary: 'cargo',
  cargo: 'cargo',
  composer: 'composer',
  'composer-vendor': 'composer',
  nuget: 'nuget',
  'dotnet-core': 'nuget',
  'conda-pkg': 'conda',
  'conda-environment': 'conda',
}

/**
 * Which part of a vulnerability database covers packages of a type. Distribution packages are matched by release, e.g. `debian 12`.
 */
export function ecosystemOf(type: string, os: { family: string; version: string } | undefined): string {
  const language = ecosystems[type]
  if (language !== undefined) return language
  if (os !== undefined && os.family === type) return distribution(os)
  return type
}

/** Debian's database is per major release, Alpine's and Ubuntu's per minor one. */
function distribution({ family, version }: { family: string; version: string }): string {
  const parts = version.split('.')
  const release = family === 'debian' ? (parts[0] ?? version) : parts.slice(0, 2).join('.')
  return `${family} ${release}`
}
