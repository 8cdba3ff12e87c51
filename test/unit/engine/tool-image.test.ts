import { describe, expect, it } from 'vitest'
import { tools } from '../../../src/tools/images.ts'
import { linkedLibraries, packageChecksums, runtimePackages } from '../../../src/engine/oci-runtime.ts'
import { modulesError, programsSource } from '../../../src/engine/own-programs.ts'
import { missingRemedy, pinnedTool, programIn } from '../../../src/engine/tool-image.ts'

describe('the program of a tool', () => {
  it.each([
    ['an entry point by path', ['/ko-app/crane'], [], '/crane', '/ko-app/crane'],
    ['an entry point that moved', ['/opt/cosign/bin/cosign'], [], '/ko-app/cosign', '/opt/cosign/bin/cosign'],
    ['a name without a path', ['trivy'], [], '/usr/local/bin/trivy', '/usr/local/bin/trivy'],
    ['a command and no entry point', [], ['/bin/hadolint', '-'], '/usr/bin/hadolint', '/bin/hadolint'],
    ['a shell that starts it', ['/bin/sh', '-c'], ['dive'], '/usr/local/bin/dive', '/usr/local/bin/dive'],
    ['another program', ['/usr/bin/tini', '--'], ['trivy'], '/usr/local/bin/trivy', '/usr/local/bin/trivy'],
    ['nothing', [], [], '/bin/hadolint', '/bin/hadolint'],
  ])('is read from the image: %s [fault 90]', (_, entrypoint, defaults, known, found) => {
    expect(programIn(entrypoint, defaults, known)).toBe(found)
  })

  it('that cannot be had says how sure its digest was, and what to do [fault 90]', () => {
    const pinned = { reference: 'r', digest: `sha256:${'a'.repeat(64)}`, version: '1' }
    expect(missingRemedy({ ...pinned, confidence: 'likely' })).toContain('collected from public files (likely)')
    for (const known of [pinned, { ...pinned, confidence: 'confirmed' as const }])
      expect(missingRemedy(known)).toMatch(/^The publisher has withdrawn it. Update Loadline, or run "loadline tools/)
  })
})

describe('a tool that nothing pins', () => {
  it.each([
    ['sealed', 'LOADLINE_ENGINE=sealed loadline engine up'],
    ['connected', 'loadline tools --output FILE'],
  ] as const)('is named with the command that pins it on a %s network', (mode, command) => {
    expect(() => pinnedTool({ schemaVersion: 1, mode, tools: {}, bases: [] }, tools.cosign)).toThrow(
      expect.objectContaining({
        code: 'LOCK',
        message: `nothing pins cosign (${tools.cosign.reference}) by digest`,
        hint: expect.stringContaining(`"${command}"`),
      }),
    )
  })
})

describe("Loadline's own programs", () => {
  it('come with every library that the runtime is linked to', () => {
    const printed = [
      '\tlinux-vdso.so.1 (0x00007ffc6f5f2000)',
      '\tlibyajl.so.2 => /lib/x86_64-linux-gnu/libyajl.so.2 (0x00007f1)',
      '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2)',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007f3)',
    ].join('\n')
    expect(linkedLibraries(printed)).toEqual([
      '/lib/x86_64-linux-gnu/libyajl.so.2',
      '/lib/x86_64-linux-gnu/libc.so.6',
      '/lib64/ld-linux-x86-64.so.2',
    ])
  })

  it('are not made where a library of the runtime is missing', () => {
    expect(() => linkedLibraries('\tlibyajl.so.2 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x1)\n')).toThrow(
      expect.objectContaining({ code: 'TOOL', message: expect.stringContaining('libyajl.so.2') }),
    )
  })

  it('have their runtime by version and checksum, for the platforms of engines', () => {
    for (const platform of ['linux/amd64', 'linux/arm64'] as const) {
      const lines = packageChecksums(platform).trimEnd().split('\n')
      expect(lines).toHaveLength(runtimePackages.length)
      for (const line of lines) expect(line).toMatch(/^[0-9a-f]{64}  [a-z0-9]+_\d\S*deb12u\d+_(amd64|arm64)\.deb$/)
      expect(lines.every((line) => line.endsWith(`_${platform.slice(6)}.deb`))).toBe(true)
    }
    expect(() => packageChecksums('linux/riscv64')).toThrow(
      expect.objectContaining({ code: 'TOOL', message: expect.stringContaining('linux/riscv64') }),
    )
  })

  // As `go mod download` says it.
  it.each([
    ['dial tcp: lookup modules.example: no such host', 'DNS'],
    ['tls: failed to verify certificate: x509: certificate signed by unknown authority', 'CA certificate'],
    ['write /go/pkg/mod/cache/x: no space left on device', 'disk'],
    ['reading https://modules.example/golang.org/x/sys/@v/v0.40.0.zip: 404 Not Found', 'module proxy'],
    ['verifying golang.org/x/sys@v0.40.0: checksum mismatch', 'Read the message above'],
  ])('say in one sentence why their modules do not come, and what to do: %s [fault 91]', (said, remedy) => {
    expect(
      modulesError('inspect', `go: downloading golang.org/x/sys v0.40.0\ngo: golang.org/x/sys@v0.40.0: ${said}\n`),
    ).toMatchObject({
      code: 'TOOL',
      message: expect.stringMatching(/^failed to fetch the Go modules of Loadline's program inspect: go: golang\.org/),
      hint: expect.stringContaining(remedy),
    })
  })

  it('are known by one digest of all their sources', () => {
    expect(programsSource()).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(programsSource()).toBe(programsSource())
  })
})
