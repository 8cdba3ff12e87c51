import { describe, expect, it } from 'vitest'
import { compilation } from '../../src/engine/own-programs.ts'
import { packageChecksums, runtimePackages } from '../../src/engine/oci-runtime.ts'
import type { Platform } from '../../src/model/index.ts'
import { loadPolicy } from '../../src/policy/index.ts'
import { ownTools, supportImages, type OwnTool } from '../../src/tools/images.ts'
import { pinsOf } from '../../src/tools/pins.ts'
import { read } from './source-files.ts'

const dockerfile = read('programs/Containerfile')
// One instruction a line.
const instructions = dockerfile.replaceAll(/\\\n\s*/g, '').split('\n')
const structure = read('programs/structure-test.yaml')

/** An argument list as a shell reads it. */
function command(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ')
}

describe("the image of Loadline's own programs", () => {
  it.each(Object.values(ownTools))('has $name, compiled as an engine compiles it', (tool: OwnTool) => {
    const module = tool.source.replace('programs/', '')
    const stage = instructions.slice(instructions.indexOf(`FROM compiler AS ${module}`) + 1)
    expect(stage.slice(0, 2)).toEqual([
      `COPY ${module} .`,
      expect.stringMatching(/^RUN (--mount=type=cache,target=\S+ ){2}go mod download && go build /),
    ])
    expect(stage[1]?.split(' && ')).toEqual([
      expect.stringContaining(command(compilation.modules)),
      command(compilation.argumentsFor(tool)),
    ])
    expect(instructions).toContain(`COPY --from=${module} ${tool.program} /image${tool.program}`)
    expect(read('programs/.dockerignore').split('\n')).toContain(`!${module}`)
  })

  it('is compiled in the same environment, by the pinned compiler', () => {
    const { CGO_ENABLED, GOFLAGS } = compilation.environment
    expect(instructions).toContain(
      `ENV CGO_ENABLED=${CGO_ENABLED} GOFLAGS="${GOFLAGS}" GOOS=$TARGETOS GOARCH=$TARGETARCH`,
    )
    const { name, reference } = supportImages.goCompiler
    const image = `${reference.replace('docker.io/library/', '')}@${pinsOf().tools[name]?.digest}`
    // The image of Loadline itself takes programs of Debian from the same one.
    for (const path of ['programs/Containerfile', 'image/Dockerfile'])
      expect([...read(path).matchAll(/^FROM (?:--\S+ )?(golang\S*)/gm)].map(([, base]) => base)).toEqual([image, image])
    const { certificates } = supportImages
    expect(instructions).toContain(`FROM ${certificates.reference}@${pinsOf().tools[certificates.name]?.digest}`)
  })

  it('has crun by the same checksums, on every platform that has one', async () => {
    const platforms = Object.keys(runtimePackages[0]?.sha256 ?? {}) as Platform[]
    expect(loadPolicy(read('programs/loadline.yaml'), 'programs/loadline.yaml', new Date()).build.platforms).toEqual(
      platforms,
    )
    for (const platform of platforms)
      await expect(packageChecksums(platform)).toMatchFileSnapshot(
        `../../programs/packages/${platform.replace('/', '-')}.sha256`,
      )
  })

  it('proves that each program starts, in the version that this source says', () => {
    for (const { program } of Object.values(ownTools)) expect(structure).toContain(`command: ${program}\n`)
    // This one does not print its version.
    const versions = Object.values(ownTools).filter(({ name }) => name !== 'advisories')
    for (const { version } of versions) expect(structure).toContain(version.replaceAll('.', String.raw`\.`))
  })
})
