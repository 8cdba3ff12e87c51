package main

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestText = 300
	redacted    = "[redacted]"
)

// singleLine keeps a message on one line and free of control characters, wherever its parts came from.
func singleLine(text string) string {
	return strings.Map(func(character rune) rune {
		if unicode.IsControl(character) {
			return ' '
		}
		return character
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}

// query is the query string of an address: registries and their stores put upload states and signatures there.
var query = regexp.MustCompile(`\?[^\s"'<>]+`)

// scrub makes foreign text safe for a message: one line, of limited length, without query strings.
func scrub(text string) string {
	text = singleLine(query.ReplaceAllString(text, ""))
	if len(text) <= longestText {
		return text
	}
	cut := longestText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "..."
}

// scrubCredentials also removes the credentials of the request: a registry may repeat them.
func scrubCredentials(text, authorization string) string {
	_, credential, _ := strings.Cut(authorization, " ")
	secrets := []string{credential}
	if decoded, err := base64.StdEncoding.DecodeString(credential); err == nil {
		_, password, _ := strings.Cut(string(decoded), ":")
		secrets = append(secrets, string(decoded), password)
	}
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	return scrub(text)
}
