package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"loadline.dev/sealed/inspect/credential"
)

const debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n"

func sample(t *testing.T) *builder {
	b := newBuilder(t)
	b.config.Config = v1.Config{
		User:         "app:staff",
		Env:          []string{"PATH=/usr/bin", "DATABASE_PASSWORD=canary-1", "JAVA_OPTS=-Xmx1g -Djdbc.password=canary-2"},
		Entrypoint:   []string{"/usr/bin/serve", "--api-key", "canary-3"},
		Cmd:          []string{"--token=canary-4", "--port=8080"},
		Labels:       map[string]string{"org.opencontainers.image.title": "sample", "deploy.token": "canary-5"},
		ExposedPorts: map[string]struct{}{"8080/tcp": {}, "22/tcp": {}},
		Volumes:      map[string]struct{}{"/data": {}},
		Healthcheck:  &v1.HealthConfig{Test: []string{"CMD", "/usr/bin/serve", "--check"}, Interval: 1500 * time.Millisecond},
		StopSignal:   "SIGINT",
		WorkingDir:   "/srv",
		OnBuild:      []string{"RUN curl -H 'Authorization: Bearer canary-6-canary'"},
	}
	b.config.History = []v1.History{
		{CreatedBy: "/bin/sh -c #(nop) ADD file:1 in /"},
		{CreatedBy: "ENV DATABASE_PASSWORD=canary-1", EmptyLayer: true},
		{CreatedBy: "RUN |2 VERSION=1.0 NPM_TOKEN=canary-7 /bin/sh -c npm ci # buildkit"},
	}
	b.gzipped(
		dir("usr"), dir("usr/bin"), soft("bin", "usr/bin"), dir("etc"), dir("tmp").with(0o1777), dir("open").with(0o777),
		file("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:10001:10001::/home/app:/bin/sh\n"), file("etc/group", "root:x:0:\nstaff:x:50:\n"),
		file("usr/lib/os-release", debian), soft("etc/os-release", "../usr/lib/os-release"),
		program("usr/bin/dash"), soft("usr/bin/sh", "dash"), program("usr/bin/su").with(0o4755), program("usr/bin/wall").with(0o2755),
		program("usr/sbin/sshd"), program("usr/bin/apt-get"), program("etc/cron.daily/dpkg"), file("usr/share/bash-completion/completions/apt", "x"),
		file("etc/open.conf", "1234").with(0o666), soft("etc/link", "open.conf"),
		line{name: "dev/null", typeflag: '3', mode: 0o666},
		file("home/app/.cache/pip/http/1", "12345"), dir("home/app/.cache/uv"), file("var/lib/apt/lists/deb", "123"),
	)
	b.gzipped(
		program("bin/busybox"), file(".wh.open.conf", ""), file("etc/.wh.open.conf", ""), file("usr/.wh.sbin", ""), file("opt/big", strings.Repeat("b", 5000)), hard("opt/same", "opt/big"),
		file("usr/lib/python3/site-packages/pip/__main__.py", "#"),
	)
	return b
}

func TestReportsTheFactsOfAnImage(t *testing.T) {
	name, digest := sample(t).oci()
	found := inspected(t, name)
	check := func(what string, got, wanted any) {
		t.Helper()
		if !reflect.DeepEqual(got, wanted) {
			t.Errorf("%s: wanted %v, got %v", what, wanted, got)
		}
	}
	check("digest", found.Digest, digest.String())
	check("kind", found.ArchiveKind, "oci-archive")
	check("platform", found.Platform, platform{OS: "linux", Architecture: "amd64"})
	check("os", *found.OS, osRelease{ID: "debian", VersionID: "12", PrettyName: "Debian GNU/Linux 12 (bookworm)"})
	check("user", []any{found.User.Resolves, found.User.ByName, *found.User.UID, *found.User.GID}, []any{true, true, 10001, 50})
	check("environment", found.Config.Environment, []string{"PATH", "DATABASE_PASSWORD", "JAVA_OPTS"})
	check("ports", found.Config.ExposedPorts, []string{"22/tcp", "8080/tcp"})
	check("volumes", found.Config.Volumes, []string{"/data"})
	check("healthcheck", *found.Config.Healthcheck, healthcheck{Test: []string{"CMD", "/usr/bin/serve", "--check"}, IntervalSeconds: 1.5, TimeoutSeconds: 30, Retries: 3})
	check("labels", found.Config.Labels, map[string]string{"org.opencontainers.image.title": "sample", "deploy.token": credential.Redacted})
	check("entrypoint", found.Config.Entrypoint, []string{"/usr/bin/serve", "--api-key", credential.Redacted})
	check("suspected", found.Config.SuspectedSecrets, []suspicion{
		{"DATABASE_PASSWORD", "environment"}, {"JAVA_OPTS", "environment"}, {"deploy.token", "label"}, {"--api-key", "command"}, {"--token", "command"},
		{"Authorization header", "command"}, {"DATABASE_PASSWORD", "history"}, {"NPM_TOKEN", "history"},
	})
	check("setuid", found.Files.Setuid, []fileFact{{"/usr/bin/su", "4755", 10}, {"/usr/bin/wall", "2755", 12}})
	check("world writable", found.Files.WorldWritable, []fileFact{{"/open", "0777", 0}})
	check("privileges", found.Files.Privileges, []privilege{})
	check("shells", found.Files.Shells, []string{"/usr/bin/busybox", "/usr/bin/dash", "/usr/bin/sh"})
	check("package managers", found.Files.PackageManagers, []string{"/usr/bin/apt-get", "/usr/lib/python3/site-packages/pip"})
	check("caches", found.Files.PackageCaches, []cache{{"/home/app/.cache/pip", 5}, {"/var/lib/apt/lists", 3}})
	check("ssh servers", found.Files.SSHServers, []string{})
	lower, upper := found.Layers[0].DiffID, found.Layers[1].DiffID
	check("layers of paths", found.Files.Layers, map[string]string{
		"/usr/bin/su": lower, "/usr/bin/wall": lower, "/open": lower, "/usr/bin/dash": lower, "/usr/bin/sh": lower, "/usr/bin/apt-get": lower,
		"/home/app/.cache/pip": lower, "/var/lib/apt/lists": lower, "/usr/bin/busybox": upper, "/usr/lib/python3/site-packages/pip": upper,
	})
	check("largest", found.Files.Largest[0], sizedFile{"/opt/big", 5000})
	check("history", found.History[2].CreatedBy, "RUN |2 VERSION=1.0 NPM_TOKEN=<redacted> /bin/sh -c npm ci # buildkit")
	check("layer commands", []string{found.Layers[0].CreatedBy, found.Layers[1].CreatedBy}, []string{"/bin/sh -c #(nop) ADD file:1 in /", found.History[2].CreatedBy})
	check("second layer", []any{found.Layers[1].Files, found.Layers[1].Unpacked}, []any{4, int64(5000 + 11 + 1)})
	var sum int64
	for _, one := range found.Layers {
		sum += one.Compressed
	}
	check("compressed", []int64{found.Compressed, found.Gzipped}, []int64{sum, sum})
}

func TestNeverPrintsTheValueOfASuspectedCredential(t *testing.T) {
	name, _ := sample(t).oci()
	var stdout, stderr bytes.Buffer
	if code := run([]string{"image", name}, &stdout, &stderr); code != 0 {
		t.Fatal(stderr.String())
	}
	if strings.Contains(stdout.String(), "canary") {
		t.Errorf("a value left: %s", stdout.String())
	}
	if !json.Valid(stdout.Bytes()) {
		t.Error("not JSON")
	}
}

func TestUnpackedCountsWhatAContainerSees(t *testing.T) {
	b := newBuilder(t)
	b.gzipped(file("kept", "1234"), file("removed", "12345678"), file("replaced", "12345678"), dir("hidden"), file("hidden/x", "123"))
	b.gzipped(file(".wh.removed", ""), file("replaced", "12"), hard("linked", "kept"), file("hidden/.wh..wh..opq", ""), file("hidden/y", "1"))
	name, _ := b.oci()
	found := inspected(t, name)
	if found.Unpacked != 4+2+1 || found.Files.Count != 4 {
		t.Errorf("wanted 7 bytes in 4 files, got %d in %d", found.Unpacked, found.Files.Count)
	}
}

func TestReadsEveryCompression(t *testing.T) {
	plain := tarOf(t, file("a", strings.Repeat("text ", 4000)))
	for mediaType, stored := range map[types.MediaType][]byte{
		types.OCIUncompressedLayer: plain, types.OCILayer: gzipOf(t, plain), types.OCILayerZStd: zstdOf(t, plain), types.DockerLayer: gzipOf(t, plain),
	} {
		name, _ := newBuilder(t).layer(mediaType, plain, stored).oci()
		found := inspected(t, name)
		if found.Compressed != int64(len(stored)) || found.Unpacked != 20000 {
			t.Errorf("%s: %d compressed, %d unpacked", mediaType, found.Compressed, found.Unpacked)
		}
		if mediaType == types.OCIUncompressedLayer && (found.Gzipped >= found.Compressed || found.Gzipped == 0) {
			t.Errorf("%s: wanted an estimate below %d, got %d", mediaType, found.Compressed, found.Gzipped)
		}
	}
}

func TestWhatIsBesideTheImageIsNotRead(t *testing.T) {
	b := simple(t)
	b.index = &v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{{MediaType: "text/plain", Digest: digestOf(nil)}}}
	if found := inspected(t, b.ociName()); found.Digest == digestOf(nil).String() {
		t.Errorf("got %s", found.Digest)
	}
}

// As pzstd writes it: before each frame one to be passed over, which holds its size.
func TestReadsZstdThatBeginsWithASkippableFrame(t *testing.T) {
	unpacked := tarOf(t, file("a", strings.Repeat("text ", 4000)))
	var stored []byte
	for _, part := range [][]byte{unpacked[:7000], unpacked[7000:]} {
		frame := zstdOf(t, part)
		stored = append(stored, 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0)
		stored = append(binary.LittleEndian.AppendUint32(stored, uint32(len(frame))), frame...)
	}
	name, _ := newBuilder(t).layer(types.OCILayerZStd, unpacked, stored).oci()
	if found := inspected(t, name); found.Unpacked != 20000 || !found.Layers[0].Skippable {
		t.Errorf("%d unpacked, %v", found.Unpacked, found.Layers)
	}
	directory := filepath.Join(t.TempDir(), "new")
	if _, err := plain(name, directory, defaultLimits()); err != nil {
		t.Fatal(err)
	}
	index, named := oneImage(t, directory)
	image, err := index.Image(named.Digest)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	// The library knows zstd by its first bytes alone.
	reader, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	if read, err := io.ReadAll(reader); err != nil || !bytes.Equal(read, unpacked) {
		t.Errorf("%d bytes, %v", len(read), err)
	}
}

func TestPassesOverAFewWholeFramesOnly(t *testing.T) {
	unpacked := tarOf(t, file("a", "text"))
	empty := []byte{0x5f, 0x2a, 0x4d, 0x18, 0, 0, 0, 0}
	for wanted, stored := range map[string][]byte{
		"at most 100 frames": append(bytes.Repeat(empty, 101), zstdOf(t, unpacked)...),
		"breaks off":         {0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0x7f},
	} {
		name, _ := newBuilder(t).layer(types.OCILayerZStd, unpacked, stored).oci()
		if _, err := plain(name, t.TempDir(), defaultLimits()); err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("wanted %q, got %v", wanted, err)
		}
	}
}

func TestReadsADockerArchiveWithRepeatedLayers(t *testing.T) {
	plain := tarOf(t, file("a", "1"))
	b := newBuilder(t).layer(types.OCIUncompressedLayer, plain, plain)
	first := b.docker()
	b.edit = func(lines []line) []line {
		lines[1].name = "first/layer.tar"
		return append(lines, soft(digestOf(plain).Hex+"/layer.tar", "../first/layer.tar"))
	}
	second := b.docker()
	one, other := inspected(t, first), inspected(t, second)
	if one.ArchiveKind != "docker-archive" || one.Digest != other.Digest {
		t.Errorf("wanted equal images, got %s and %s", one.Digest, other.Digest)
	}
}

func TestListsAreBoundedAndCountsExact(t *testing.T) {
	var lines []line
	for number := range listLimit + 5 {
		lines = append(lines, program(fmt.Sprintf("bin/%04d", number)).with(0o4757))
	}
	name, _ := newBuilder(t).gzipped(lines...).oci()
	found := inspected(t, name)
	if found.Files.SetuidCount != listLimit+5 || len(found.Files.Setuid) != listLimit || found.Files.WorldWritableCount != listLimit+5 || len(found.Files.Largest) != largestCount {
		t.Errorf("got %d counted, %d listed", found.Files.SetuidCount, len(found.Files.Setuid))
	}
}

func TestAnImageWithoutLayersIsRead(t *testing.T) {
	name, _ := newBuilder(t).oci()
	found := inspected(t, name)
	if len(found.Layers) != 0 || found.Unpacked != 0 || found.OS != nil || *found.User.UID != 0 {
		t.Errorf("got %+v", found)
	}
}

func TestAttestationsBesideTheImageAreNoImages(t *testing.T) {
	b := newBuilder(t).gzipped(file("a", "1"))
	b.index = &v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{{
		MediaType: types.OCIManifestSchema1, Digest: digestOf([]byte("{}")), Size: 2, Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"},
	}}}
	name, digest := b.oci()
	if found := inspected(t, name); found.Digest != digest.String() {
		t.Errorf("got %s", found.Digest)
	}
}

func TestNoImageIsHiddenAsAnAttestation(t *testing.T) {
	b := newBuilder(t).gzipped(file("a", "1"))
	b.index = &v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{{
		MediaType: types.OCIManifestSchema1, Digest: digestOf([]byte("{}")), Size: 2, Annotations: map[string]string{"vnd.docker.reference.type": "attestation-manifest"},
	}}}
	name, _ := b.oci()
	if _, _, err := openImage(name); err == nil || !strings.Contains(err.Error(), "found 2") {
		t.Errorf("got %v", err)
	}
}

func TestPathsArePrintable(t *testing.T) {
	name, _ := newBuilder(t).gzipped(file("bad\xff\n\x1b[31m\\é", "12"), file(strings.Repeat("d/", 600)+"x", "1")).oci()
	found := inspected(t, name)
	paths := []string{found.Files.Largest[0].Path, found.Files.Largest[1].Path}
	if paths[0] != `/bad\xff\x0a\x1b[31m\x5cé` {
		t.Errorf("got %q", paths[0])
	}
	if len(paths[1]) > longestPath+40 || !slices.Contains(strings.Fields(paths[1]), "more") {
		t.Errorf("got %q", paths[1])
	}
}

func TestTellsWhichLayerBroughtWhatItLists(t *testing.T) {
	b := newBuilder(t)
	b.gzipped(dir("open").with(0o777), dir("shut"), program("usr/bin/dash"), soft("usr/bin/sh", "dash"), program("usr/bin/bash"), soft("usr/bin/zsh", "bash"), program("usr/bin/su").with(0o4755), file("var/cache/apt/a", "1"), program("usr/bin/tool"))
	// A layer repeats directories that it does not change.
	b.gzipped(dir("open").with(0o777), file("open/x", "x"), dir("shut").with(0o777), program("usr/bin/dash"), file("var/cache/apt/b", "2"))
	b.gzipped(dir("usr"), hard("usr/bin/ash", "usr/bin/bash"), program("usr/bin/tool").with(0o4755), dir("shut").with(0o777))
	name, _ := b.oci()
	found := inspected(t, name)
	first, second, third := found.Layers[0].DiffID, found.Layers[1].DiffID, found.Layers[2].DiffID
	wanted := map[string]string{
		"/open": first, "/shut": second, "/usr/bin/dash": second, "/usr/bin/sh": second, "/usr/bin/bash": first, "/usr/bin/zsh": first, "/usr/bin/ash": third,
		"/usr/bin/su": first, "/usr/bin/tool": third, "/var/cache/apt": second,
	}
	if !reflect.DeepEqual(found.Files.Layers, wanted) {
		t.Errorf("wanted %v, got %v", wanted, found.Files.Layers)
	}
}

func TestListsLayersWithoutReadingThem(t *testing.T) {
	name, digest := sample(t).oci()
	whole := inspected(t, name)
	listed, err := listLayers(name)
	if err != nil {
		t.Fatal(err)
	}
	if listed.Digest != digest.String() || listed.Platform != whole.Platform || len(listed.Layers) != 2 {
		t.Errorf("got %v", listed)
	}
	for number, one := range listed.Layers {
		if one.DiffID != whole.Layers[number].DiffID || one.Digest != whole.Layers[number].Digest {
			t.Errorf("layer %d: wanted %v, got %v", number, whole.Layers[number], one)
		}
	}
}
