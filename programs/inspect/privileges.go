package main

import (
	"archive/tar"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// privilegedBits are the bits of a mode that grant more than the owner has: setuid, setgid, writing for everybody.
const privilegedBits = 0o6002

// privileges are what extended attributes grant beyond the mode of a file, in words; empty if they grant nothing.
type privileges struct {
	// capabilities as getcap(8) prints them, e.g. cap_net_raw=ep.
	capabilities string
	// writers are those who may write by an access control list, e.g. "user 65532".
	writers string
}

func (p privileges) isEmpty() bool { return p == privileges{} }

func (p privileges) equal(other privileges) bool { return p == other }

// with keeps the existing values and adds the new ones.
func (p privileges) with(added privileges) privileges {
	if added.capabilities != "" {
		p.capabilities = added.capabilities
	}
	if added.writers != "" {
		p.writers = added.writers
	}
	return p
}

// readPrivileges reads the attributes as tar carries them: SCHILY.xattr, which container runtimes set, and libarchive's own.
func readPrivileges(header *tar.Header) privileges {
	var found privileges
	for _, key := range slices.Sorted(maps.Keys(header.PAXRecords)) {
		name, isPlain := strings.CutPrefix(key, "SCHILY.xattr.")
		value := []byte(header.PAXRecords[key])
		if !isPlain {
			var isEncoded bool
			if name, isEncoded = strings.CutPrefix(key, "LIBARCHIVE.xattr."); !isEncoded {
				continue
			}
			value = decodeBase64(header.PAXRecords[key])
		}
		switch name {
		case "security.capability":
			found.capabilities = capabilitiesOf(value)
		case "system.posix_acl_access", "system.posix_acl_default":
			if writers := writersOf(value); writers != "" {
				found.writers = strings.TrimPrefix(found.writers+", "+writers, ", ")
			}
		}
	}
	return found
}

// decodeBase64 takes what libarchive writes, which leaves the padding out.
func decodeBase64(text string) []byte {
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return []byte(text)
	}
	return decoded
}

// capabilityNames are in the order of their numbers: linux/capability.h.
var capabilityNames = [...]string{
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable", "net_bind_service",
	"net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct",
	"sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
	"mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
}

// capabilitiesOf reads the kernel's vfs_cap_data in all its revisions. What cannot be read is reported as such: a newer kernel may know it.
func capabilitiesOf(value []byte) string {
	const unreadable = "capabilities of an unknown form"
	if len(value) < 4 {
		return unreadable
	}
	head := binary.LittleEndian.Uint32(value)
	words, known := map[uint32]int{0x01000000: 1, 0x02000000: 2, 0x03000000: 2}[head&0xff000000]
	if !known || len(value) < 4+8*words {
		return unreadable
	}
	var permitted, inheritable uint64
	for word := range words {
		permitted |= uint64(binary.LittleEndian.Uint32(value[4+8*word:])) << (32 * word)
		inheritable |= uint64(binary.LittleEndian.Uint32(value[8+8*word:])) << (32 * word)
	}
	flags := "p"
	if head&1 != 0 {
		flags = "ep"
	}
	var parts []string
	if permitted != 0 {
		parts = append(parts, namesOf(permitted)+"="+flags)
	}
	if inheritable != 0 {
		parts = append(parts, namesOf(inheritable)+"=i")
	}
	return strings.Join(parts, " ")
}

func namesOf(set uint64) string {
	var names []string
	for number := range 64 {
		if set>>number&1 == 0 {
			continue
		}
		name := fmt.Sprintf("cap_%d", number)
		if number < len(capabilityNames) {
			name = "cap_" + capabilityNames[number]
		}
		names = append(names, name)
	}
	return strings.Join(names, ",")
}

// writersOf reads an access control list of POSIX (version 2): the users and groups that may write by name and not by the mode.
func writersOf(value []byte) string {
	const (
		entrySize    = 8
		tagUser      = 0x02
		tagGroup     = 0x08
		writeAllowed = 0x02
	)
	if len(value) < 4 || binary.LittleEndian.Uint32(value) != 2 {
		return "an access control list of an unknown form"
	}
	var writers []string
	for rest := value[4:]; len(rest) >= entrySize; rest = rest[entrySize:] {
		tag, permission, id := binary.LittleEndian.Uint16(rest), binary.LittleEndian.Uint16(rest[2:]), binary.LittleEndian.Uint32(rest[4:])
		if permission&writeAllowed == 0 {
			continue
		}
		switch tag {
		case tagUser:
			writers = append(writers, fmt.Sprintf("user %d", id))
		case tagGroup:
			writers = append(writers, fmt.Sprintf("group %d", id))
		}
	}
	if len(writers) > 10 {
		writers = append(writers[:10], fmt.Sprintf("%d more", len(writers)-10))
	}
	return strings.Join(writers, ", ")
}

func deviceName(header *tar.Header) string {
	kind := "character"
	if header.Typeflag == tar.TypeBlock {
		kind = "block"
	}
	return fmt.Sprintf("%s device %d:%d", kind, header.Devmajor, header.Devminor)
}

// privilege is a file that grants more than its mode shows. Kind is capabilities, writers or device.
type privilege struct {
	Path   string `json:"path"`
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
}

// privilegesOf lists what is special about a file beyond its mode. Device nodes below /dev do not count: every runtime mounts a directory of its own there.
func privilegesOf(name, printable string, found *node) []privilege {
	var listed []privilege
	if found.privileges.capabilities != "" && found.kind == regular {
		listed = append(listed, privilege{printable, "capabilities", found.privileges.capabilities})
	}
	if found.privileges.writers != "" && found.kind != symlink {
		listed = append(listed, privilege{printable, "writers", found.privileges.writers})
	}
	if found.kind == device && !strings.HasPrefix(name, "/dev/") {
		listed = append(listed, privilege{printable, "device", found.link})
	}
	return listed
}
