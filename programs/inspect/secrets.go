package main

import (
	"math"
	"regexp"
	"strings"
)

// suspicion names something in the image configuration whose value looks like a credential. The value itself is never kept.
type suspicion struct {
	Name string `json:"name"`
	// Where is environment, label, history or command (entrypoint, cmd, healthcheck, shell, onbuild).
	Where string `json:"where"`
}

const redacted = "<redacted>"

// credentialName finds words that name a credential. A token ends its word, so that TOKENIZERS is none.
var credentialName = regexp.MustCompile(`passw(?:or)?d|passphrase|passcode|secret|credential|(?:token|api_?key|access_?key|private_?key|encryption_?key|signing_?key|auth_?key|master_?key|account_?key)s?(?:_|$|\d)|` +
	`connection_?string|webhook_?url|(?:^|_)(?:pwd|creds?|bearer|pat)(?:_|$|\d)`)

// keyedName is weaker: only a long random value makes such a variable suspect.
var keyedName = regexp.MustCompile(`(?:^|_)(?:\w*key|auth|authorization|salt|pass|sas|session|cookie|signature|login|license)(?:_|$|\d)`)

// publicName are words that say that the value is meant to be seen: digests, public keys, settings about a credential.
var publicName = regexp.MustCompile(`(?:^|_)(?:sha\d*|md5|checksum|digest|hash_?algo\w*|gpg\w*|fingerprint|commit|revision|public|pub|pubkey|version)(?:_|$)|(?:^|_)(?:gpg_?keys?|pub_?keys?|public_?keys?)(?:_|$)`)

// settingName marks numbers and words that limit or switch a credential and are none: TOKEN_TTL, disabled-password.
var (
	settingName = regexp.MustCompile(`_(?:ttl|len|length|min|max|count|size|timeout|expiry|expires|expires_in|expiration|seconds|minutes|hours|days|rounds|iterations|lifetime|age|retries|limit|enabled|required|header|name|type|prefix)$`)
	switchName  = regexp.MustCompile(`^(?:disabled?|no|without|allow|allowed|require|required|skip|enabled?|ask|prompt)_`)
)

// workingDirectories are names that look like `pwd` for a password and are the shell's own.
var workingDirectories = map[string]bool{"pwd": true, "oldpwd": true, "old_pwd": true, "init_pwd": true, "init_cwd": true}

// credentialShapes are values that are credentials under any name. Sources: the issuers' published formats.
var credentialShapes = []struct {
	what  string
	shape *regexp.Regexp
}{
	{"private key", regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY`)},
	{"AWS access key", regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"GitHub token", regexp.MustCompile(`\b(?:gh[opusr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`)},
	{"GitLab token", regexp.MustCompile(`\bgl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[A-Za-z0-9_-]{20,}`)},
	{"Slack token", regexp.MustCompile(`\bxox[a-z]-[A-Za-z0-9-]{10,}`)},
	{"Slack webhook", regexp.MustCompile(`https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{10,}`)},
	{"Stripe key", regexp.MustCompile(`\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}`)},
	{"Google API key", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`)},
	{"Google OAuth token", regexp.MustCompile(`\bya29\.[0-9A-Za-z_-]{20,}`)},
	{"npm token", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}`)},
	{"PyPI token", regexp.MustCompile(`\bpypi-[A-Za-z0-9_-]{50,}`)},
	{"Docker Hub token", regexp.MustCompile(`\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}`)},
	{"SendGrid key", regexp.MustCompile(`\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`)},
	{"OpenAI or Anthropic key", regexp.MustCompile(`\bsk-(?:(?:ant|proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20,}\b)`)},
	{"Hugging Face token", regexp.MustCompile(`\bhf_[A-Za-z0-9]{30,}`)},
	{"Vault token", regexp.MustCompile(`\bhv[sbr]\.[A-Za-z0-9_-]{24,}`)},
	{"DigitalOcean token", regexp.MustCompile(`\bdo[opr]_v1_[a-f0-9]{64}`)},
	{"Azure storage key", regexp.MustCompile(`(?i)\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{20,}={0,2}`)},
	{"JSON web token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)},
	{"authorization header", regexp.MustCompile(`(?i)\bauthorization:\s*(?:bearer|basic|token)\s+[A-Za-z0-9+/_.=~-]{8,}`)},
	{"URL with a password", regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"']*:[^\s/@"'$<>{}*][^\s/@"']*@`)},
	{"URL with a credential", regexp.MustCompile(`(?i)[?&](?:access_token|token|api_?key|sig|signature|password|secret|client_secret|x-amz-signature)=[^\s&"'$<>{}]{8,}`)},
}

// suspect tells whether a name and its value look like a credential.
func suspect(name, value string) bool {
	value = unquote(value)
	if value == "" {
		return false
	}
	if shapeOf(value) != "" {
		return true
	}
	word := wordsOf(name)
	if publicName.MatchString(word) || workingDirectories[word] || isReference(value) {
		return false
	}
	if credentialName.MatchString(word) {
		return !isSetting(word, value)
	}
	return keyedName.MatchString(word) && isRandom(value)
}

// shapeOf names the kind of credential that a text contains; empty where it contains none.
func shapeOf(text string) string {
	for _, known := range credentialShapes {
		if known.shape.MatchString(text) {
			return known.what
		}
	}
	return ""
}

var camelHump = regexp.MustCompile(`([a-z0-9])([A-Z])`)
var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// wordsOf writes any spelling of a name in the same way: dbPassword, DB-PASSWORD and db.password are db_password.
func wordsOf(name string) string {
	return strings.Trim(notWord.ReplaceAllString(strings.ToLower(camelHump.ReplaceAllString(name, "${1}_${2}")), "_"), "_")
}

func unquote(value string) string {
	value = strings.TrimSpace(value)
	for len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		value = value[1 : len(value)-1]
	}
	return value
}

var reference = regexp.MustCompile("^(?:" + strings.Join([]string{
	`\$(?:[{(]|[A-Z_][A-Z0-9_]*$|[a-z_]+$)`, `%[A-Za-z_]+%$`, "`", // ${NAME}, $(command), $NAME, %NAME%, `command`
	`\{\{`, `<[^>]*>$`, `\*+$`, `x{3,}$`, // templates, and what is redacted already
	`\.{0,2}/\S*$`, `~/`, `[A-Za-z]:\\`, // paths
	`[A-Za-z][A-Za-z0-9+.-]*://`,                                              // addresses; those with a password have a shape of their own
	`arn:aws`, `(?:file|env|vault|secret|ssm|op|sm|awssm|gcpsm|projects)[:/]`, // stores of secrets
}, "|") + ")")

// isReference tells values that only say where the credential is.
func isReference(value string) bool {
	// Base64 may begin with a slash: a path has no padding and is rarely long, random and without dots.
	if strings.HasPrefix(value, "/") && isRandom(value) && strings.Count(value, "/") < 3 {
		return false
	}
	return reference.MatchString(value)
}

var number = regexp.MustCompile(`^\d+(?:\.\d+)?[smhd]?$`)
var plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z_-]*$`)

// isSetting tells values that switch or limit something about a credential.
func isSetting(word, value string) bool {
	switch strings.ToLower(value) {
	case "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "disabled", "enabled":
		return true
	}
	if switchName.MatchString(word) {
		return true
	}
	return settingName.MatchString(word) && (number.MatchString(value) || plainWord.MatchString(value))
}

var randomText = regexp.MustCompile(`^(?:base64:)?[A-Za-z0-9+/_=-]{32,}$`)

// isRandom tells long base64 or hexadecimal text with the entropy of a key: at least 3 bits a character, which words and dates do not have.
func isRandom(value string) bool {
	if !randomText.MatchString(value) || !strings.ContainsAny(value, "0123456789") {
		return false
	}
	counts := map[rune]float64{}
	for _, character := range value {
		counts[character]++
	}
	bits := 0.0
	for _, count := range counts {
		share := count / float64(len(value))
		bits -= share * math.Log2(share)
	}
	return bits >= 3
}

// suspicions collects without repeating, in the order in which things are met.
type suspicions struct {
	found []suspicion
	seen  map[suspicion]bool
}

func (s *suspicions) add(name, where string) {
	if s.seen == nil {
		s.seen = map[suspicion]bool{}
	}
	one := suspicion{Name: printablePath(name), Where: where}
	if !s.seen[one] {
		s.seen[one] = true
		s.found = append(s.found, one)
	}
}
