import { expect, it } from 'vitest'
import { keyManagementService } from '../../../../src/tools/cosign/kms.ts'

it.each([
  ['awskms:///alias/release', 'awskms'],
  ['gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k', 'gcpkms'],
  ['azurekms://vault.example.com/key', 'azurekms'],
  ['hashivault://release', 'hashivault'],
  ['k8s://namespace/secret', 'k8s'],
  ['env:KEY', undefined],
  ['file:cosign.key', undefined],
  ['awskms://', undefined],
  ['toString://x', undefined],
  ['pkcs11://x', undefined],
])('the key reference %s belongs to %s', (reference, service) => {
  expect(keyManagementService(reference)).toBe(service)
})
