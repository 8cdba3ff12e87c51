import { describe, expect, it } from 'vitest'
import { checkImage } from '../../../src/attestation/index.ts'
import { Verification } from '../../../src/model/index.ts'
import { renderVerification } from '../../../src/report/index.ts'
import { expected, found, image } from '../attestation/released-image.ts'

function verification(entry = found()): Verification {
  const { checks, verdict, origin } = checkImage(entry, expected)
  return Verification.parse({
    schemaVersion: 'loadline.verification/v1',
    outcome: checks.every(({ status }) => status === 'holds') ? 'verified' : 'refused',
    reference: 'registry.example.com/shop/orders:1.8.2',
    repository: 'registry.example.com/shop/orders',
    digest: image,
    verifiedAt: '2026-11-24T01:10:02.000Z',
    signer: 'the key sha256:00',
    checks,
    ...(verdict === undefined ? {} : { verdict }),
    ...(origin === undefined ? {} : { origin }),
  })
}

describe('renderVerification', () => {
  it('prints who judged, when, by which policy and database, and where the image came from', () => {
    const text = renderVerification(verification(), { color: false })
    for (const said of [
      'VERIFIED',
      'passed, given 2026-11',
      'urn:loadline:gate 0.1.0',
      'trivy-db (official)',
      'https://git.example.com/shop/orders at 3f5a0c9',
      'SLSA_BUILD_LEVEL_1',
    ])
      expect(text).toContain(said)
    expect(text).not.toContain('✗')
  })

  it('says of each check that does not hold what was wanted, what was found, and what to do', () => {
    const text = renderVerification(verification(found((kinds) => delete kinds['spdx'])), { color: false })
    expect(text).toContain('✗ spdx            missing: expected an SPDX SBOM of this image')
    expect(text).toContain('found: no attestation of type https://spdx.dev/Document')
    expect(text).toContain('do this: Release the image with Loadline')
    expect(text).toContain('REFUSED: 2 checks of 7 do not hold')
  })

  it('lets no escape sequence of a registry through', () => {
    const hostile = verification({ ...found(), signature: { wanted: true, fault: 'no\u001b[2Jsignature\n::error::x' } })
    const text = renderVerification(hostile, { color: false })
    expect(text).not.toContain('\u001b')
    expect(text).not.toMatch(/^::error/m)
  })
})
