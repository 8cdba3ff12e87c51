package links

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestTheSameAddressHasOneCode(t *testing.T) {
	store := New(10)
	first, err := store.Add("https://example.com/a")
	if err != nil {
		t.Fatal(err)
	}
	second, err := store.Add("https://example.com/a")
	if err != nil || second != first || store.Len() != 1 {
		t.Fatalf("got %q and %q, %d links, %v", first, second, store.Len(), err)
	}
	if address, known := store.Find(first); !known || address != "https://example.com/a" {
		t.Fatalf("found %q, %t", address, known)
	}
}

func TestOnlyWebAddressesAreTaken(t *testing.T) {
	for _, bad := range []string{"", "example.com", "/path", "javascript:alert(1)", "file:///etc/passwd", "https://", "https://example.com/" + strings.Repeat("a", 2048)} {
		if _, err := New(10).Add(bad); !errors.Is(err, ErrAddress) {
			t.Errorf("%.40q: got %v", bad, err)
		}
	}
}

func TestAFullStoreSaysSo(t *testing.T) {
	store := New(1)
	if _, err := store.Add("https://example.com/a"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Add("https://example.com/b"); !errors.Is(err, ErrFull) {
		t.Fatalf("got %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	store := New(1000)
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			code, err := store.Add(fmt.Sprintf("https://example.com/%d", i%20))
			if _, known := store.Find(code); err != nil || !known {
				t.Errorf("%q, %v", code, err)
			}
		})
	}
	group.Wait()
	if store.Len() != 20 {
		t.Fatalf("%d links", store.Len())
	}
}
