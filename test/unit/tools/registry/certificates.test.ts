import { describe, expect, it } from 'vitest'
import { requireCertificates } from '../../../../src/tools/registry/certificates.ts'

const certificate = `-----BEGIN CERTIFICATE-----
MIIBiTCCAS+gAwIBAgIUWigcrhCyaMjebJNjNRoUONWTy34wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTI0MDcyMjI3WhgPMjEy
NjEwMzEwNzIyMjdaMBkxFzAVBgNVBAMMDlRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAExIr1oZ0teZeINSJ/QKo6OjCpFgUdCHlt9qo6ZlJe
6TykeODiU+PQWoJopHROg2y0g2GErFtGgYneQ0nOZKGQDKNTMFEwHQYDVR0OBBYE
FBPdFYn/6c14ztrrB1xjnrGPyU7OMB8GA1UdIwQYMBaAFBPdFYn/6c14ztrrB1xj
nrGPyU7OMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgZQET9xaE
hc7yFEcoZLn69Zt6a5YW+enxQKZlYKPadmQCIQCfC8mmsq0yAeWph9P5Me7dASmX
VWKpzQSAxgLZ6tlt0Q==
-----END CERTIFICATE-----
`

describe('requireCertificates', () => {
  it('gives back what holds certificates', () => {
    expect(requireCertificates(`# our own\n${certificate}${certificate}`, 'ca.pem')).toBe(
      `# our own\n${certificate}${certificate}`,
    )
  })

  it.each([
    ['no file of certificates', 'hello', /found none/],
    [
      'a private key, which should never be shared',
      `${certificate}-----BEGIN PRIVATE KEY-----\nMC4CAQ-canary\n-----END PRIVATE KEY-----\n`,
      /found certificate, private key/,
    ],
    [
      'a certificate that is not valid',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      /cannot be read/,
    ],
    ['half a certificate', certificate.slice(0, 90), /found none/],
  ])('refuses %s', (_what, text, says) => {
    const read = () => requireCertificates(text, 'ca.pem')
    expect(read).toThrow(says)
    expect(read).toThrow(
      expect.objectContaining({ code: 'CREDENTIAL', message: expect.not.stringContaining('canary') }),
    )
  })
})
