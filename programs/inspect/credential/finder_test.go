package credential

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

const realToken = "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ"

func rulesIn(content string) []string {
	var all []string
	Find([]byte(content), false, func(found Match) { all = append(all, found.Rule.ID) })
	slices.Sort(all)
	return slices.Compact(all)
}

func TestWhatIsOnlyLikeATokenHidesNone(t *testing.T) {
	var lines strings.Builder
	for number := range 40 {
		fmt.Fprintf(&lines, "%d: eyaaaaaaaa.eyaaaaaaaa.%d\n", number, number)
	}
	wide := func(text string) string {
		var all strings.Builder
		for _, unit := range utf16.Encode([]rune(text)) {
			all.WriteString(string([]byte{byte(unit), byte(unit >> 8)}))
		}
		return all.String()
	}
	for name, content := range map[string]string{
		"lines before it":           lines.String() + "token: " + realToken,
		"lines before and after it": lines.String() + realToken + "\n" + lines.String(),
		"one that it goes on from":  "eyaaaaaaaa." + realToken,
		"one within a longer word":  "xeyaaaaaaaa." + realToken,
		"thirty such":               strings.Repeat("eyaaaaaaaa.", 30) + realToken,
		"lines in UTF-16":           wide(lines.String() + realToken),
	} {
		if got := rulesIn(content); !slices.Equal(got, []string{"jwt-token"}) {
			t.Errorf("%s: got %v", name, got)
		}
	}
	if got := rulesIn(lines.String()); len(got) > 0 {
		t.Errorf("got %v where there is none", got)
	}
}

func keysInDER(t *testing.T) map[string][]byte {
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string][]byte{"RSA": x509.MarshalPKCS1PrivateKey(long)}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys["EC "+curve.Params().Name], _ = x509.MarshalECPrivateKey(key)
	}
	return keys
}

func TestFindsKeysHoweverTheyAreWritten(t *testing.T) {
	for name, der := range keysInDER(t) {
		kind, _, _ := strings.Cut(name, " ")
		if got := rulesIn(string(der)); !slices.Equal(got, []string{"private-key-der"}) {
			t.Errorf("%s in binary form: got %v", name, got)
		}
		body := base64.StdEncoding.EncodeToString(der)
		narrow := func(width int) string {
			var lines strings.Builder
			for chunk := range slices.Chunk([]byte(body), width) {
				lines.WriteString(string(chunk) + "\n")
			}
			return lines.String()
		}
		for how, text := range map[string]string{
			"a comment with dashes":         "Comment: " + strings.Repeat("c", 110) + " ----\n\n" + narrow(64),
			"a comment with dashes, twice":  "Comment: ---- " + strings.Repeat("c", 110) + " ----\n\n" + narrow(64),
			"a comment with an end of keys": "Comment: " + strings.Repeat("c", 110) + " ---- END\nX-Y: ----\n\n" + narrow(64),
			"a comment of two lines":        "Comment: a\n " + strings.Repeat("c", 110) + " ----\n\n" + narrow(64),
			"a long comment":                "Comment: " + strings.Repeat("c ", 1500) + "\n\n" + narrow(64),
			"lines of 15":                   narrow(15),
			"lines of 1":                    narrow(1),
		} {
			armoured := "-----BEGIN " + kind + " PRIVATE " + "KEY-----\n" + text + "-----END " + kind + " PRIVATE " + "KEY-----\n"
			if block, _ := pem.Decode([]byte(armoured)); block == nil && how != "a comment of two lines" {
				t.Errorf("%s with %s is no key to others", name, how)
			}
			if got := rulesIn("x\n" + armoured); !slices.Contains(got, "private-key") {
				t.Errorf("%s with %s: got %v", name, how, got)
			}
		}
	}
}

func TestTakesNoMentionForAKey(t *testing.T) {
	heading := "-----BEGIN RSA PRIVATE " + "KEY-----\n"
	certificate := "-----BEGIN CERTIFICATE-----\n" + strings.Repeat("MIIDazCCAlOgAwIBAgIUQb7o3Kx9vY2mZpLr8nTq5sWd\n", 20) + "-----END CERTIFICATE-----\n"
	for _, text := range []string{
		heading + strings.Repeat("and then text\n", 9) + certificate,
		heading + "Note: " + strings.Repeat("the key, then ", 9) + "\n" + certificate,
		heading + "abc\ndef\n-----END RSA PRIVATE " + "KEY-----\n",
		heading + "Comment: x\n\n-----END RSA PRIVATE " + "KEY-----\n",
		"\x30\x82\x01\x00\x02\x01\x00\x02\x82\x01\x01" + strings.Repeat("\x55", 300),
		"\x30\x77\x02\x01\x01\x04\x20" + strings.Repeat("\x55", 300),
	} {
		if got := rulesIn(text); len(got) > 0 {
			t.Errorf("got %v for %q", got, text)
		}
	}
}
