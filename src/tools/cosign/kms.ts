/**
 * The key management services that Cosign supports, and the environment variables from which each takes its credentials
 * (its own documentation, "KMS integrations"; the cloud providers' SDKs name them). `files` are variables that hold a path, whose
 * file is passed too.
 */
export const keyManagementServices = {
  awskms: {
    variables: [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_ROLE_ARN',
      'AWS_ROLE_SESSION_NAME',
    ],
    files: ['AWS_WEB_IDENTITY_TOKEN_FILE'],
  },
  gcpkms: { variables: [], files: ['GOOGLE_APPLICATION_CREDENTIALS'] },
  azurekms: {
    variables: ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET', 'AZURE_AUTHORITY_HOST'],
    files: ['AZURE_FEDERATED_TOKEN_FILE', 'AZURE_CLIENT_CERTIFICATE_PATH'],
  },
  hashivault: {
    variables: ['VAULT_ADDR', 'VAULT_TOKEN', 'VAULT_NAMESPACE', 'TRANSIT_SECRET_ENGINE_PATH'],
    files: ['VAULT_CACERT'],
  },
  k8s: { variables: [], files: ['KUBECONFIG'] },
} as const satisfies Record<string, { variables: readonly string[]; files: readonly string[] }>

/** The key management service that a key reference such as `awskms:///alias/release` names; undefined if it names none. */
export function keyManagementService(reference: string): keyof typeof keyManagementServices | undefined {
  const scheme = /^([a-z0-9]+):\/\/./.exec(reference)?.[1] ?? ''
  return Object.hasOwn(keyManagementServices, scheme) ? (scheme as keyof typeof keyManagementServices) : undefined
}
