package search

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// memberHeader is the header before a member of a zip archive (APPNOTE 4.3.7).
type memberHeader struct {
	flags, method uint16
	// packed is its length, or the value that means that the length is elsewhere.
	packed int
	name   []byte
	// first is where its bytes begin.
	first int
	// likely distinguishes a header from bytes that only begin like one.
	likely bool
}

const (
	zipEncrypted = 1 << 0
	// zipSizeBehind says that the sizes are after the member.
	zipSizeBehind = 1 << 3
	// zipReserved are flags without a meaning (APPNOTE 4.4.4).
	zipReserved = 0xd780
	stored      = 0
	deflated    = 8
)

// zipMethods are the ways to pack a member (APPNOTE 4.4.5).
var zipMethods = []uint16{0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 19, 20, 93, 94, 95, 96, 97, 98, 99}

func readMemberHeader(header []byte) (member memberHeader, is bool) {
	if len(header) < 30 {
		return member, false
	}
	nameEnd := 30 + int(binary.LittleEndian.Uint16(header[26:]))
	member = memberHeader{
		flags:  binary.LittleEndian.Uint16(header[6:]),
		method: binary.LittleEndian.Uint16(header[8:]),
		packed: int(binary.LittleEndian.Uint32(header[18:])),
		first:  nameEnd + int(binary.LittleEndian.Uint16(header[28:])),
	}
	if member.first > len(header) {
		return member, false
	}
	member.name = header[30:nameEnd]
	// Version 6.3 is the last that requires anything.
	member.likely = header[4] <= 63 && member.flags&zipReserved == 0 && slices.Contains(zipMethods, member.method)
	return member, true
}

// openZip searches one member of a zip archive by its own header: the list at the end of the file may be incomplete.
func (v *visit) openZip(content []byte, start int, at place) (inside opened, jump int) {
	member, is := readMemberHeader(content[start:])
	if !is {
		return opened{}, start
	}
	first := start + member.first
	within := func() place { return at.inside("zip", string(member.name)) }
	// Most programs trust the list at the end, so that the method and encryption stated here may be wrong.
	if end := v.unpackMember(content, first, member, within); end > 0 {
		return opened{first, end}, start
	}
	last := first + member.packed
	if member.method == stored && member.likely && member.flags&(zipEncrypted|zipSizeBehind) == 0 && member.packed > 0 && last <= len(content) {
		v.lookAtHeader(content[start+4:first], at)
		v.look(content[first:last], within())
		return opened{first, last}, last
	}
	return opened{}, start
}

// unpackMember returns the end of what was unpacked whole, and names what was not.
func (v *visit) unpackMember(content []byte, first int, member memberHeader, within func() place) (end int) {
	source := bytes.NewReader(content[first:])
	held, err := hold(v.decoders.flate(source), 4096, v.spend)
	defer held.Release()
	taken := len(content) - first - source.Len()
	// A member may take much input and have no output.
	v.spend(int64(taken))
	says := member.likely && member.method == deflated && member.flags&zipEncrypted == 0
	// What the header does not state must show at the end.
	whole := err == nil && (says || taken >= shortestSecret && (taken == member.packed || bytes.HasPrefix(content[first+taken:], []byte("PK"))))
	if len(held.Content) > 0 && (says || whole || len(held.Content) >= leastBroken) {
		v.look(held.Content, within())
	}
	if whole {
		return first + taken
	}
	rest := int64(min(member.packed, len(content)-first))
	switch {
	case errors.Is(err, errNoRoom):
		v.fault = err
	case !member.likely || errors.Is(err, errTooMuch):
	case says:
		v.skip(within(), Damaged, max(0, rest-int64(taken)))
	case member.flags&zipEncrypted != 0:
		v.skip(within(), Encrypted, rest)
	case member.method != stored:
		v.skip(within(), Unknown, rest)
	}
	return 0
}
