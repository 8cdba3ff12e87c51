// Package links keeps short codes for long addresses, in memory.
package links

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"sync"
)

var (
	// ErrAddress says that an address is not an absolute http or https address of at most 2048 bytes.
	ErrAddress = errors.New("an absolute http or https address of at most 2048 bytes is wanted")
	// ErrFull says that the store holds as many links as it may.
	ErrFull = errors.New("the store is full")
)

const (
	maximumLength = 2048
	codeLength    = 10
)

// Store holds links. The zero value is of no use; see New. It is safe for concurrent use.
type Store struct {
	limit  int
	mutex  sync.RWMutex
	byCode map[string]string
	byURL  map[string]string
}

// New makes a store for at most limit links.
func New(limit int) *Store {
	return &Store{limit: limit, byCode: map[string]string{}, byURL: map[string]string{}}
}

// Add gives the code of an address; the same address always has the same code.
func (s *Store) Add(address string) (string, error) {
	if err := check(address); err != nil {
		return "", err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if code, known := s.byURL[address]; known {
		return code, nil
	}
	if len(s.byCode) >= s.limit {
		return "", ErrFull
	}
	code := newCode()
	for s.byCode[code] != "" {
		code = newCode()
	}
	s.byCode[code], s.byURL[address] = address, code
	return code, nil
}

// Find gives the address behind a code.
func (s *Store) Find(code string) (string, bool) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	address, known := s.byCode[code]
	return address, known
}

// Len is the number of links.
func (s *Store) Len() int {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return len(s.byCode)
}

func check(address string) error {
	parsed, err := url.Parse(address)
	if err != nil || len(address) > maximumLength || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return ErrAddress
	}
	return nil
}

func newCode() string {
	return strings.ToLower(rand.Text()[:codeLength])
}
