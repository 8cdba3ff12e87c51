// Package credential recognises credentials: by their issuer's format, by the name next to them, and by the file that they are in.
//
// Every rule has words, one of which is in every credential of its kind, so that one pass of an automaton over the bytes finds all places that are
// worth a closer look. Rules whose kind Trivy knows have Trivy's id, so that an ignore file or exception means the same to both.
package credential

import (
	"regexp"
	"strings"
)

// Severity is how bad it is if others have the credential.
type Severity string

const (
	Critical Severity = "CRITICAL"
	High     Severity = "HIGH"
	Medium   Severity = "MEDIUM"
	Low      Severity = "LOW"
)

// Rule is one kind of credential.
type Rule struct {
	ID       string
	Issuer   string
	Title    string
	Severity Severity
	// words are in lower case; one of them is in every credential of the kind.
	words []string
	// shape is matched around a word, from `before` bytes ahead of it; its last group is the secret, or all of it if there is no group.
	// Without `before` it begins at the word.
	shape   string
	pattern *regexp.Regexp
	before  int
	// reach is how many bytes, counted from the word, may belong to it.
	reach int
	// armoured kinds end with the second line of dashes after the word, however far that is.
	armoured bool
	// glued kinds may be in the middle of a longer word; all others begin one.
	glued bool
	// first kinds count at the beginning of a file or of decoded data: in the middle of a program they are the test values of a library.
	first bool
	// unwritten kinds count as bytes, but not written in base64 or hexadecimal: the tests of cryptographic libraries are full of them.
	unwritten bool
	// distinct kinds have a prefix that is not part of other words. In binary data, where words are next to each other, they may begin anywhere.
	distinct bool
	// closed kinds end with their last word; all others have a length of their own.
	closed bool
	// check rejects what only looks like a credential.
	check func(secret []byte) bool
	// settings marks kinds that are credentials only in settings: prose and code are full of similar text.
	settings bool
}

const defaultReach = 400

func kind(severity Severity, issuer, id, title, shape string, words ...string) Rule {
	return Rule{ID: id, Issuer: issuer, Title: title, Severity: severity, words: words, shape: `^(?:` + shape + `)`, reach: defaultReach}
}

// within is a kind whose word stands somewhere in it, up to `before` bytes from its beginning.
func within(before int, rule Rule) Rule {
	rule.shape = strings.TrimPrefix(rule.shape, "^")
	rule.before = before
	return rule
}

func glued(rule Rule) Rule { rule.glued = true; return rule }

func armoured(rule Rule) Rule { rule.armoured = true; return rule }

func first(rule Rule) Rule { rule.first, rule.glued = true, true; return rule }

func unwritten(rule Rule) Rule { rule.unwritten = true; return rule }

func distinct(rule Rule) Rule { rule.distinct = true; return rule }

func closed(rule Rule) Rule { rule.closed = true; return rule }

func checked(check func([]byte) bool, rule Rule) Rule { rule.check = check; return rule }

func reaching(bytes int, rule Rule) Rule { rule.reach = bytes; return rule }

func inSettings(rule Rule) Rule { rule.settings = true; return rule }

// Encoded reports whether the kind is itself written in base64: decoding it reveals nothing more.
func (r *Rule) Encoded() bool { return r.ID == "private-key" || r.ID == "jwt-token" }

// Issued reports whether the form alone proves that an issuer made it. Amazon's documentation is full of ids that nobody has, and an id alone opens nothing.
func (r *Rule) Issued() bool { return r.distinct && r.Issuer != "AWS" }

// Rules are all kinds, the more specific ones first.
func Rules() []Rule {
	var all []Rule
	for _, table := range [][]Rule{keys, issued, named, addressed} {
		for _, rule := range table {
			rule.pattern = regexp.MustCompile(rule.shape)
			all = append(all, rule)
		}
	}
	return all
}
