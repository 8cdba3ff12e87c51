/** Names of variables that hold a credential, and of none that only name a file with one. */
const names =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|SECRET_?KEY|ENCRYPTION_?KEY|CREDENTIALS?)(_ID)?$/i

/** Texts that are a credential whatever they are called: known forms of keys, private keys, addresses with a password. */
const forms =
  /\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bsk_live_[A-Za-z0-9]{16,}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|^[a-z][a-z0-9+.-]*:\/\/[^/\s:@$]+:[^/\s@$]+@/

/** True where a variable holds a credential itself: not a reference to one, not a path. The value is never repeated. */
export function holdsCredential(name: string, value: string): boolean {
  if (value === '' || value.includes('$') || value.startsWith('/')) return false
  return names.test(name) || forms.test(value)
}

/** True for a variable by whose name a credential is handed over. */
export function namesCredential(name: string): boolean {
  return names.test(name)
}
