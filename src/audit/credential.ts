import { isUnknown } from '../formats/unknown-value.ts'

/** Words that name a credential. In a name written as one word, only its end counts: PGPASSWORD, dbpassword. */
const nouns =
  /^(?:password|passwd|passphrase|passcode|passwort|pass|pwd|pw|secret|secrets|token|credential|credentials|creds|auth)$/
const endings =
  /(?:password|passwd|passphrase|secret|token|apikey|privatekey|secretkey|accesskey)s?$|(?<!by|com|sur|tres|encom|over|under|one|last)pass$|(?<!old)pwd$/
/** Words that make a key a secret one. */
const keyKinds =
  /^(?:api|private|access|secret|encryption|signing|master|session|app|application|auth|license|webhook|ssh|deploy|account|shared|storage|fernet|jwt|hmac|aes|rsa|stripe|sendgrid|mailgun|openai|anthropic)$/

/** Words after a credential's name that leave it one. */
const keeping =
  /^(?:id|base|base64|b64|hex|value|string|text|plain|raw|key|old|new|current|previous|default|prod|production|dev|test|staging|\d+|[a-z])$/

/** Words before it that turn it into a setting about credentials. */
const settings =
  /^(?:allow|allowed|enable|enabled|disable|disabled|max|maximum|min|minimum|num|number|no|skip|use|has|is|require|required|random|generate|show|hide|validate|verify|check|num|count|access_control)$/

/** Key formats that are recognised whatever their name. */
const forms =
  /\bA[KS]IA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bAIza[\w-]{35}|\bsk-(?:ant|proj)-[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[\w-]{50,}|\bdckr_pat_[\w-]{20,}|\bhf_[A-Za-z0-9]{30,}|\bSG\.[\w-]{20,}\.[\w-]{20,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|---BEGIN [A-Z ]*PRIVATE KEY---|\bhooks\.slack\.com\/services\/T\w+\/B\w+\/\w{16,}|\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{30,}|\bAccountKey=[A-Za-z0-9+/]{40,}|"auth"\s{0,9}:\s{0,9}"[A-Za-z0-9+/]{8,}={0,2}"/

/** An address with a password in front of its host. */
const inAddress = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^/\s:@"']{0,100}:([^/\s@"']{1,200})@/i
/** A password among the parts of a connection string or the query of an address. */
const inConnection =
  /(?:^|[?&;,\s])(?:password|pwd|passwd)\s?=\s?(?:'([^']{1,200})'|"([^"]{1,200})"|([^&;\s'"]{1,200}))/i

/** A password that a statement of SQL sets. */
const inStatement = /\b(?:identified\s+(?:with\s+\S{1,40}\s+)?by|password)\s+(?:'([^']{1,200})'|"([^"]{1,200})")/i

/** Switches and empty values. */
const switchValue =
  /^(?:true|false|yes|no|on|off|y|n|enabled?|disabled?|none|null|nil|undefined|unset|default|auto|required|optional|\d|-\d+)$/i
/** Placeholders, and references to where the real value is. */
const placeholder =
  /^(?:<[^>]*>|\{\{.*\}\}|\[[^\]]*\]|%[^%]*%|[*x.•_-]+|your[-_ ].*|replace[-_ ]?me|redacted|todo|tbd|n\/a|\.\.\.)$/i
const reference =
  /^(?:vault|arn|ssm|secretsmanager|op|sm|gcp|awsssm|secretref|keyvault|ref\+\w+|file|env|sops|bao|doppler):/i
/** Paths: several parts, a directory of a system, or a file by its ending. */
const path =
  /^(?:\.{1,2}\/|~\/|[A-Za-z]:\\)|^\/(?:run|etc|var|secrets?|mnt|home|opt|root|tmp|app|usr|srv|vault|data|keys|certs?)\/|^(?:\/[\w.@+-]+){2,}\/?$|^[\w./@+-]+\.(?:json|ya?ml|txt|pem|key|crt|cer|p12|pfx|jks|conf|cfg|ini|env|toml|xml|properties|secret|pub|asc|gpg)$/

/** Whether a variable holds a credential itself: not a reference to one, not a path, not a switch. The value is never repeated. */
export function holdsCredential(name: string, value: string): boolean {
  if (value === '') return false
  if (hasCredentialForm(value)) return true
  return namesCredential(name) && isLikelyValue(name, value)
}

/** Whether a label or an annotation holds one. Where its name ends with "secret", its value names the object that has it. */
export function labelHoldsCredential(name: string, value: string): boolean {
  return hasCredentialForm(value) || (!/secrets?(?:[-_.]?name)?$/i.test(name) && holdsCredential(name, value))
}

/** Whether a text is or contains a recognisable credential: a known key format, or an address or connection string with a password. */
export function hasCredentialForm(text: string): boolean {
  if (forms.test(text)) return true
  const address = inAddress.exec(text)?.[1]
  if (address !== undefined && isLiteral(address)) return true
  return [inConnection, inStatement].some((pattern) => {
    const password = pattern
      .exec(text)
      ?.slice(1)
      .find((part) => part !== undefined)
    return password !== undefined && isLiteral(password)
  })
}

/** Whether a variable's name says that it passes a credential. */
export function namesCredential(name: string): boolean {
  const words = wordsOf(name)
  const at = words.findLastIndex((word, index) => isNoun(word, words[index - 1]))
  if (at === -1) return false
  const behind = words.slice(at + 1)
  if (!behind.every((word) => keeping.test(word))) return false
  return !words.slice(0, at).some((word) => settings.test(word))
}

function isNoun(word: string, before: string | undefined): boolean {
  // The name of a Kubernetes Secret.
  if (word === 'secret' && before !== undefined && /^(?:tls|ca|certs?|certificate|credentials?|pull)$/.test(before))
    return false
  if (word === 'key' || word === 'keys') return before !== undefined && keyKinds.test(before)
  if (word === 'auth') return before !== undefined && /^(?:basic|registry|docker|npm)$/.test(before)
  if (word === 'pass') return true
  return nouns.test(word) || endings.test(word)
}

/** DB_PASSWORD, dbPassword, db-password, spring.datasource.password. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/(?<=[A-Z])(?=[A-Z][a-z])/g, '_')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

function isLikelyValue(name: string, value: string): boolean {
  if (isUnknown(value)) return isPartlyLiteral(value)
  if (!isLiteral(value) || path.test(value)) return false
  const isPassword = /pass|pwd/i.test(name)
  // A short number is a limit or a length, unless a password is expected.
  if (!isPassword && /^\d{1,6}[a-z]{0,3}$/i.test(value)) return false
  return !/^https?:\/\/[^@]*$/i.test(value)
}

/** A literal long enough to be a secret beside unknown parts. */
function isPartlyLiteral(value: string): boolean {
  return forms.test(value)
}

function isLiteral(value: string): boolean {
  return !isUnknown(value) && !switchValue.test(value) && !placeholder.test(value) && !reference.test(value)
}
