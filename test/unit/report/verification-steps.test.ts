import { describe, expect, it } from 'vitest'
import { verificationSteps } from '../../../src/report/verification-steps.ts'
import { brokenRun, digestOf, passedRun } from './runs.ts'

describe('verificationSteps', () => {
  it('checks the tag, the signature, the Dockerfile, the bill of materials and the judgement', () => {
    expect(verificationSteps(passedRun()).map(({ command, expect: printed }) => [command, printed])).toEqual([
      ['crane digest registry.example.com/shop/orders:1.8.2', digestOf('index')],
      [
        `cosign verify --key cosign.pub --insecure-ignore-tlog=true registry.example.com/shop/orders@${digestOf('index')}`,
        undefined,
      ],
      ['sha256sum Dockerfile', digestOf('dockerfile').slice(7)],
      ['sha256sum sbom/linux-amd64/sbom.cdx.json', digestOf('cdx linux/amd64').slice(7)],
      ['sha256sum sbom/linux-amd64/sbom.spdx.json', digestOf('spdx linux/amd64').slice(7)],
      ['sha256sum sbom/linux-arm64/sbom.cdx.json', digestOf('cdx linux/arm64').slice(7)],
      ['sha256sum sbom/linux-arm64/sbom.spdx.json', digestOf('spdx linux/arm64').slice(7)],
      ['loadline build-and-scan .', undefined],
    ])
  })

  it('names a policy that is not the source’s own', () => {
    const run = passedRun()
    if (run.policy !== undefined) run.policy.path = '../policies/our own.yaml'
    expect(verificationSteps(run).at(-1)?.command).toBe("loadline build-and-scan . --policy '../policies/our own.yaml'")
  })

  it('offers what is left when a run broke, with names that a shell does not interpret', () => {
    const run = brokenRun()
    run.subject.dockerfile = '$(reboot); Dockerfile'
    expect(verificationSteps(run).map(({ command }) => command)).toEqual([
      "sha256sum '$(reboot); Dockerfile'",
      'loadline build-and-scan .',
    ])
  })
})
