package credential

import (
	"math"
	"regexp"
	"strings"
)

// Redacted replaces a credential.
const Redacted = "<redacted>"

// credentialName finds words that name a credential. A token ends its word, so that TOKENIZERS is not one.
var credentialName = regexp.MustCompile(`passw(?:or)?d|passphrase|passcode|secret|credential|(?:token|api_?key|access_?key|private_?key|encryption_?key|signing_?key|auth_?key|master_?key|account_?key)s?(?:_|$|\d)|` +
	`connection_?string|webhook_?url|(?:^|_)(?:pwd|creds?|bearer|pat)(?:_|$|\d)`)

// keyedName is weaker: such a variable is suspect only with a long random value.
var keyedName = regexp.MustCompile(`(?:^|_)(?:\w*key|auth|authorization|salt|pass|sas|session|cookie|signature|login|license)(?:_|$|\d)`)

// publicName are words that show that the value may be public: digests, public keys, settings about a credential.
var publicName = regexp.MustCompile(`(?:^|_)(?:sha\d*|md5|checksum|digest|hash_?algo\w*|gpg\w*|fingerprint|commit|revision|public|pub|pubkey|version)(?:_|$)|(?:^|_)(?:gpg_?keys?|pub_?keys?|public_?keys?)(?:_|$)`)

// settingName marks numbers and words that limit or switch a credential and are not one themselves: TOKEN_TTL, disabled-password.
var (
	settingName = regexp.MustCompile(`_(?:ttl|len|length|min|max|count|size|timeout|expiry|expires|expires_in|expiration|seconds|minutes|hours|days|rounds|iterations|lifetime|age|retries|limit|enabled|required|header|name|type|prefix)$`)
	switchName  = regexp.MustCompile(`^(?:disabled?|no|without|allow|allowed|require|required|skip|enabled?|ask|prompt)_`)
)

// workingDirectories are names of the shell's own that look like `pwd` for a password.
var workingDirectories = map[string]bool{"pwd": true, "oldpwd": true, "old_pwd": true, "init_pwd": true, "init_cwd": true}

// Suspect reports whether a name and its value look like a credential.
func Suspect(name, value string) bool {
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

// shapeOf names the kind of credential that a text contains; empty if it contains none.
func shapeOf(text string) string {
	kind := ""
	Find([]byte(text), true, func(found Match) {
		if kind == "" {
			kind = found.Rule.Title
		}
	})
	return kind
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

// isReference recognises values that only say where the credential is.
func isReference(value string) bool {
	// Base64 may begin with a slash: a path has no padding and is rarely long, random and without dots.
	if strings.HasPrefix(value, "/") && isRandom(value) && strings.Count(value, "/") < 3 {
		return false
	}
	return reference.MatchString(value)
}

var number = regexp.MustCompile(`^\d+(?:\.\d+)?[smhd]?$`)
var plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z_-]*$`)

// isSetting recognises values that switch or limit something about a credential.
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

// isRandom recognises long base64 or hexadecimal text with the entropy of a key: at least 3 bits a character, which words and dates do not reach.
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
