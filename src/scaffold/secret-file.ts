/** Names of files that hold secrets: no image may have them, whoever reads them. */
const secretNames =
  /(?:^|\/)(?:\.env(?:\..*)?|[^/]*\.env|\.npmrc|\.netrc|\.pypirc|\.pgpass|\.htpasswd|id_(?:rsa|dsa|ecdsa|ed25519)[^/]*|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc)|[^/]*(?:secret|credential|passwd|password|service[-_]?account|private[-_]?key)[^/]*\.(?:json|ya?ml|toml|ini|txt|conf|properties))$/i

/** Whether a file looks like one that holds secrets. */
export function isSecretFile(path: string): boolean {
  return secretNames.test(path)
}
