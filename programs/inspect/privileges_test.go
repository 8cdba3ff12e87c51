package main

import (
	"archive/tar"
	"bytes"
	"testing"
)

func tarWith(t *testing.T, headers ...*tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	for _, header := range headers {
		header.Format = tar.FormatPAX
		if err := writer.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWhatGivesMoreThanItsModeIsFound(t *testing.T) {
	with := func(name string, records map[string]string) *tar.Header {
		return &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, PAXRecords: records}
	}
	plain := tarWith(t,
		with("ping", map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"}),
		with("owned", map[string]string{"SCHILY.xattr.security.capability": "\x00\x00\x00\x03\x02\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"}),
		with("bsd", map[string]string{"LIBARCHIVE.xattr.security.capability": "AQAAAgAgAAAAAAAAAAAAAAAAAAA"}),
		with("newer", map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x09\x00\x20"}),
		with("shared", map[string]string{"SCHILY.xattr.system.posix_acl_access": "\x02\x00\x00\x00\x01\x00\x06\x00\xff\xff\xff\xff\x02\x00\x06\x00\xfc\xff\x00\x00\x04\x00\x04\x00\xff\xff\xff\xff"}),
		with("harmless", map[string]string{"SCHILY.xattr.user.comment": "x", "SCHILY.xattr.security.selinux": "system_u"}),
		&tar.Header{Name: "plain", Typeflag: tar.TypeReg, Mode: 0o755},
		&tar.Header{Name: "smuggled", Linkname: "plain", Typeflag: tar.TypeLink, Mode: 0o4755},
		&tar.Header{Name: "srv/disk", Typeflag: tar.TypeBlock, Mode: 0o660, Devmajor: 8},
		&tar.Header{Name: "dev/null", Typeflag: tar.TypeChar, Mode: 0o666, Devmajor: 1, Devminor: 3},
	)
	b := newBuilder(t)
	name, _ := b.layer("application/vnd.oci.image.layer.v1.tar", plain, plain).oci()
	found := inspected(t, name).Files
	wanted := []privilege{
		{"/bsd", "capabilities", "cap_net_raw=ep"},
		{"/newer", "capabilities", "capabilities of an unknown form"},
		{"/owned", "capabilities", "cap_dac_override,cap_setpcap=p cap_chown=i"},
		{"/ping", "capabilities", "cap_net_raw=ep"},
		{"/shared", "writers", "user 65532"},
		{"/srv/disk", "device", "block device 8:0"},
	}
	if len(found.Privileges) != len(wanted) {
		t.Fatalf("got %+v", found.Privileges)
	}
	for index, one := range wanted {
		if found.Privileges[index] != one {
			t.Errorf("wanted %+v, got %+v", one, found.Privileges[index])
		}
	}
	if len(found.Setuid) != 2 || found.Setuid[0].Path != "/plain" || found.Setuid[1].Path != "/smuggled" {
		t.Errorf("wanted a hard link's own header to count for the file, got %+v", found.Setuid)
	}
}
