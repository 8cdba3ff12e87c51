import { unknown, type Variable } from './expand.ts'

/** Platforms that images are built for (`docker buildx` lists them). A stage chosen by platform can be any that one of these names. */
const platforms = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v6',
  'linux/386',
  'linux/ppc64le',
  'linux/s390x',
  'linux/riscv64',
  'linux/loong64',
  'linux/mips64le',
  'windows/amd64',
]

/** Variables that the builder sets automatically: always in FROM, elsewhere only after an ARG of their name. */
const automaticVariables: ReadonlySet<string> = new Set([
  ...['TARGET', 'BUILD'].flatMap((side) =>
    ['PLATFORM', 'OS', 'ARCH', 'VARIANT', 'OSVERSION'].map((part) => side + part),
  ),
  'TARGETSTAGE',
])

/** The automatic variables for each target platform, on a builder of the most common one. */
export const platformVariables: ReadonlyArray<Readonly<Record<string, string>>> = platforms.map((target) => ({
  ...variablesOf('TARGET', target),
  ...variablesOf('BUILD', 'linux/amd64'),
}))

function variablesOf(side: string, platform: string): Record<string, string> {
  const [os = '', architecture = '', variant = ''] = platform.split('/')
  return {
    [`${side}PLATFORM`]: platform,
    [`${side}OS`]: os,
    [`${side}ARCH`]: architecture,
    [`${side}VARIANT`]: variant,
  }
}

/** The value of an automatic variable; undefined for any other. */
export function automatic(name: string): Variable {
  return automaticVariables.has(name) ? unknown : undefined
}
