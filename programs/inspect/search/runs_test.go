package search

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

func TestPassesEachCredentialOnceWhereRunsFollow(t *testing.T) {
	const keys = 100_000
	var spans []span
	for number := range keys {
		spans = append(spans, span{number * 130, number*130 + 100}, span{number * 130, number*130 + 100}, span{number*130 + 50, number*130 + 120})
	}
	rest := joined(spans)
	if len(rest) != keys || rest[1] != (span{130, 250}) {
		t.Fatalf("wanted one span for each key, got %d, the second of them %v", len(rest), rest[1])
	}
	passed := 0
	for number := range keys {
		before := len(rest)
		rest = behind(rest, number*130+40)
		passed += before - len(rest)
		if rest[0].start > number*130+40 {
			t.Fatalf("the run of key %d is not covered", number)
		}
	}
	if passed != keys-1 || len(behind(rest, keys*130)) != 0 {
		t.Errorf("wanted %d spans to be passed, got %d", keys-1, passed)
	}
}

func TestJoinsNoSpansThatStandApart(t *testing.T) {
	got := joined([]span{{7, 9}, {1, 3}, {3, 5}, {1, 2}})
	if !slices.Equal(got, []span{{1, 5}, {7, 9}}) {
		t.Errorf("got %v", got)
	}
}

func TestTheSameKeyAgainIsNoOtherFinding(t *testing.T) {
	key := "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n"
	found, unread, err := New(1<<30).File("app/keys", []byte(strings.Repeat(key, 1000)))
	if err != nil || len(unread) != 0 || len(found) != 1 || found[0].Line != 1 {
		t.Errorf("got %v, %v and %v", found, unread, err)
	}
}

func TestOlderFormsOfKeysCountWhereTheyAreBytes(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalECPrivateKey(key)
	for wanted, content := range map[int][]byte{1: gzipped(der), 0: []byte("key = \"" + base64.StdEncoding.EncodeToString(der) + "\"\n")} {
		if found, _, err := New(1<<30).File("app/data", content); err != nil || len(found) != wanted {
			t.Errorf("wanted %d, got %v and %v", wanted, found, err)
		}
	}
}

func TestALineBeforeTheLastOneIsCountedFromThere(t *testing.T) {
	// A new counter does not know how many lines come before.
	lines := lineCounter{content: []byte(strings.Repeat("x\n", 500)), offset: 900, lines: 1450}
	if back, forth := lines.at(890), lines.at(902); back != 1446 || forth != 1452 {
		t.Errorf("got %d and %d", back, forth)
	}
}
