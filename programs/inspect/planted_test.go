package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	mathrand "math/rand/v2"
	"path"
	"strings"
	"testing"
	"unicode/utf16"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/ulikunitz/xz"
)

// Credentials are assembled here, so that no scanner finds one in this file.
var (
	token     = "gh" + "p_" + strings.Repeat("Zx9", 12)
	accessKey = "AK" + "IA" + "QX3TZ7WL4MNB2VRC"
	line1     = "token = \"" + token + "\"\n"
)

// planted is an image with one credential in it, and the expected report: the rule that finds it, or the reason why its place cannot be read.
type planted struct {
	where  string
	make   func(b *builder)
	wanted string
}

// noise cannot be compressed, and is the same each time.
func noise(length int) string {
	bytes := make([]byte, length)
	_, _ = mathrand.NewChaCha8([32]byte{}).Read(bytes)
	return string(bytes)
}

func inFile(name, content string) func(*builder) {
	return func(b *builder) { b.gzipped(file(name, content)) }
}

// places are the kinds of places, each with several members.
func places(t *testing.T) []planted {
	var all []planted
	for _, table := range [][]planted{byPath(), byForm(t), byFormat(t), besideFiles(t), inDocuments(), byName(t), unreadablePlaces(t)} {
		all = append(all, table...)
	}
	return all
}

// byPath are places at which scanners do not look.
func byPath() []planted {
	var all []planted
	for _, name := range []string{
		"app/.git/config", "app/node_modules/left-pad/index.js", "app/vendor/acme/client.php", "app/tests/test_login.py", "app/examples/run.sh", "app/README.md", "app/package-lock.json", "app/go.sum",
		"usr/lib/acme/settings.py", "usr/share/acme/notes", "usr/include/acme.h", "usr/local/go/acme.go", "usr/local/lib/python3.11/acme.py", "usr/lib/gems/acme.rb", "opt/yarn-v1.22.22/acme.js",
		"srv/locales/en.json", "var/log/anaconda/x", "app/logo.svg", "app/photo.jpg", "app/paper.pdf", "app/data.bin", "app/acme-1.0.dist-info/METADATA", "proc/1/environ", "tmp/x", "root/.bash_history", "x",
	} {
		all = append(all, planted{"at " + name, inFile(name, line1), "github-pat"})
	}
	return all
}

// byForm are ways to write text.
func byForm(t *testing.T) []planted {
	wide := func(order binary.AppendByteOrder, width int) string {
		var out []byte
		for _, unit := range utf16.Encode([]rune("\ufeff" + line1)) {
			if width == 4 {
				out = order.AppendUint32(out, uint32(unit))
			} else {
				out = order.AppendUint16(out, unit)
			}
		}
		return string(out)
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("nothing here ", 20) + line1))
	var broken strings.Builder
	for start := 0; start < len(encoded); start += 76 {
		broken.WriteString("    " + encoded[start:min(start+76, len(encoded))] + "\r\n")
	}
	texts := map[string]string{
		"with a NUL":                     "\x00\x01" + line1 + "\x00",
		"in machine code":                "\x7fELF" + strings.Repeat("\x00\x8b\xff", 5000) + "A" + token + "B" + strings.Repeat("\x00\x8b\xff", 5000),
		"in UTF-16, little endian":       wide(binary.LittleEndian, 2),
		"in UTF-16, big endian":          wide(binary.BigEndian, 2),
		"in UTF-32":                      wide(binary.LittleEndian, 4),
		"in UTF-16 in the middle":        strings.Repeat("x\x00", 1001) + "\x00\x00\x00" + wide(binary.LittleEndian, 2)[2:],
		"in base64":                      "value: " + base64.StdEncoding.EncodeToString([]byte(token)),
		"in base64 for addresses":        base64.RawURLEncoding.EncodeToString([]byte("??>>~~" + token)),
		"in base64 in lines":             "data: |\n" + broken.String(),
		"in base64 behind other letters": "prefix" + base64.StdEncoding.EncodeToString([]byte(token)),
		"in base64 twice":                base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(token)))),
		"in base64 of gzip":              base64.StdEncoding.EncodeToString(gzipOf(t, []byte(line1))),
		"in hexadecimal":                 "key=" + hex.EncodeToString([]byte(token)),
		"on one long line":               strings.Repeat("var a=1;", 200_000) + "b=\"" + token + "\"",
		"behind an escaped line break":   `{"a":"x\n` + token + `\n"}`,
		"behind a percent sign":          "a=x%3D" + token,
		"in a long file":                 strings.Repeat("0123456789abcde\n", 2<<20) + line1,
		"without a line break":           token,
	}
	var all []planted
	for where, text := range texts {
		all = append(all, planted{where, inFile("app/data", text), "github-pat"})
	}
	return append(all, planted{"in the smallest JSON", inFile("app/x.json", `{"a":"`+accessKey+`","b":1}`), "aws-access-key-id"})
}

// byFormat are containers of other files.
func byFormat(t *testing.T) []planted {
	packed := func(method uint16, name, content string) string {
		var out bytes.Buffer
		writer := zip.NewWriter(&out)
		member, err := writer.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = member.Write([]byte(content))
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	deflated := func(content string) string {
		var out bytes.Buffer
		writer := zlib.NewWriter(&out)
		_, _ = writer.Write([]byte(content))
		_ = writer.Close()
		return out.String()
	}
	var tight bytes.Buffer
	writer, err := xz.NewWriter(&tight)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = writer.Write(tarOf(t, file("etc/conf", line1)))
	_ = writer.Close()
	// Go has no writer of bzip2: `token = "ghp_..."`, as Python's bz2 packs it.
	bzip2, _ := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWcph3KIAABNbgAAQUAAAIgAQgsnEQCAAMUwAE0GU0aNBmo2Ou6ANmJEVMeqUqQB+LuSKcKEhlMO5RA==")
	inner := packed(zip.Deflate, "conf/app.yml", line1)
	texts := map[string]string{
		"in gzip":                    string(gzipOf(t, []byte(line1))),
		"in gzip that breaks off":    string(gzipOf(t, []byte(line1+noise(4000)))[:3000]),
		"in the second gzip of two":  string(gzipOf(t, []byte("nothing"))) + string(gzipOf(t, []byte(line1))),
		"in gzip behind a program":   "\x7fELF" + strings.Repeat("\x90\x00", 4000) + string(gzipOf(t, []byte(line1))),
		"in bzip2":                   string(bzip2),
		"in xz":                      tight.String(),
		"in zstd":                    string(zstdOf(t, []byte(line1))),
		"in the second zstd of two":  string(zstdOf(t, []byte("nothing"))) + "between" + string(zstdOf(t, []byte(line1))),
		"in tar":                     string(tarOf(t, file("a/b", line1))),
		"in tar, as a name":          string(tarOf(t, file("a/"+token, "x"))),
		"in tar and gzip":            string(gzipOf(t, tarOf(t, dir("a"), file("a/b", line1)))),
		"in zip":                     inner,
		"in zip, not packed":         packed(zip.Store, "a.txt", line1),
		"in zip in zip":              packed(zip.Deflate, "lib/inner.jar", inner),
		"in zip in zip, not packed":  packed(zip.Store, "lib/inner.jar", inner),
		"in zip behind a script":     "#!/usr/bin/env python3\n" + inner,
		"in a Debian package":        "!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\ncontrol.tar.xz  0           0     0     100644  99        `\n" + tight.String(),
		"in a loose object of git":   deflated("blob 49\x00" + line1),
		"in a pack of git":           "PACK\x00\x00\x00\x02\x00\x00\x00\x02\xb1\x03" + deflated("blob without anything in it") + "\xb3\x07" + deflated(line1) + "0123456789",
		"in a stream of a PDF":       "%PDF-1.7\n1 0 obj\n<</Filter/FlateDecode>>stream\r\n" + deflated("BT ("+token+") Tj ET") + "\nendstream",
		"in a picture, packed":       "\x89PNG\r\n\x1a\n\x00\x00\x00\x40zTXtComment\x00\x00" + deflated(line1),
		"in a picture, behind it":    "\x89PNG\r\n\x1a\n" + strings.Repeat("\xfe\x01", 99) + "IEND\xae\x42\x60\x82" + line1,
		"in bytecode of Python":      "\xa7\x0d\x0d\x0a\x00\x00\x00\x00\xfa\x28" + token + "\xda\x05token",
		"in a row of a database":     "SQLite format 3\x00" + strings.Repeat("\x00", 99) + "\x07\x03\x17\x5dprod" + accessKey + "user",
		"in an image in the image":   string(tarOf(t, file("blobs/sha256/aa", string(gzipOf(t, tarOf(t, file("opt/app.jar", packed(zip.Deflate, "lib/inner.jar", inner)))))))),
		"in an archive without ends": string(tarOf(t, file("a/b", line1)))[:700],

		"in gzip without its checksum":           cutBy(6, gzipOf(t, []byte(line1))),
		"in a short gzip that breaks off inside": "\x7fELF" + strings.Repeat("\x90\x00", 40) + cutBy(6, gzipOf(t, []byte(hexed(line1)))),
		"in gzip in a field of gzip":             gzipWithExtra(t, string(gzipOf(t, []byte(line1)))),
		"in zip in a field of zip":               zipWithExtra(inner),
		"in zip that breaks off":                 packed(zip.Deflate, "a.txt", line1+noise(4000))[:3000],
		"in a member without a name":             packed(zip.Deflate, "", line1),
		"in a member with a NUL in its name":     packed(zip.Deflate, "a\x00b", line1),
		"in a member that says another method":   saying(inner, 8, 14),
		"in a member that says it is encrypted":  saying(inner, 6, 9),
		"in xz before other bytes":               tight.String() + line1[:5] + "behind",
		"in xz with a check that nobody knows":   withCheck(tight.Bytes(), 5),
		"in bzip2 before other bytes":            string(bzip2) + "behind it is something else",
		"in LZMA":                                lzmaOf(t, line1),
		"in zlib with a small window":            "\x58\x85" + deflated(line1)[2:],
		"in zstd that breaks off":                string(zstdOf(t, []byte(noise(100_000)+hexed(line1)+noise(400_000)[100_000:])))[:250_000],
		"in zstd that looks back 2 GB":           wideZstd(t, line1),
		"in zstd of one segment of 1 GB":         "\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x40" + wideZstd(t, line1)[6:],
	}
	var all []planted
	for where, text := range texts {
		id := "github-pat"
		if strings.Contains(text, accessKey) {
			id = "aws-access-key-id"
		}
		all = append(all, planted{where, inFile("app/data", text), id})
	}
	return all
}

// besideFiles are places in a layer outside the contents of files, and files that nobody sees.
func besideFiles(t *testing.T) []planted {
	raw := func(plain []byte) func(*builder) {
		return func(b *builder) {
			b.layer("application/vnd.oci.image.layer.v1.tar+gzip", plain, gzipOf(t, plain))
		}
	}
	with := func(header tar.Header) func(*builder) {
		header.Mode = 0o644
		return raw(tarWith(t, &header))
	}
	unfilled := tarOf(t, file("a", "x"))
	copy(unfilled[512+100:], token)
	return []planted{
		{"in the name of a file", inFile("app/"+token, "x"), "github-pat"},
		{"in the name of a file that is removed", inFile("app/.wh."+token, ""), "github-pat"},
		{"in the name of a directory", func(b *builder) { b.gzipped(dir("app/" + token)) }, "github-pat"},
		{"in a link", func(b *builder) { b.gzipped(soft("app/link", "/run/"+token)) }, "github-pat"},
		{"in an extended attribute", with(tar.Header{Name: "a", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"SCHILY.xattr.user.note": line1}}), "github-pat"},
		{"in an extended attribute in base64", with(tar.Header{Name: "a", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"LIBARCHIVE.xattr.user.note": base64.RawStdEncoding.EncodeToString([]byte(line1))}}), "github-pat"},
		{"in a comment of the archive", with(tar.Header{Name: "a", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"comment": line1}}), "github-pat"},
		{"in a name of the owner", with(tar.Header{Name: "a", Typeflag: tar.TypeReg, Uname: token}), "github-pat"},
		{"behind the end of the archive", raw(append(tarOf(t, file("a", "x")), (strings.Repeat("\x00", 5000) + line1)...)), "github-pat"},
		{"between two files", raw(unfilled), "github-pat"},
		{"in a file that is removed later", func(b *builder) { b.gzipped(file("app/key", line1)).gzipped(file("app/.wh.key", "")) }, "github-pat"},
		{"in a file that is written over later", func(b *builder) { b.gzipped(file("app/key", line1)).gzipped(file("app/key", "x")) }, "github-pat"},
		{"in a directory that is hidden later", func(b *builder) { b.gzipped(file("app/key", line1)).gzipped(file("app/.wh..wh..opq", "")) }, "github-pat"},
		{"in a file that nobody may read", func(b *builder) { b.gzipped(file("app/key", line1).with(0)) }, "github-pat"},
		{"in a file that a record beside it calls published", recorded("app/key", line1, "app/x-1.dist-info/RECORD"), "github-pat"},
		{"in a package that the application installs of itself", recorded("usr/lib/python3/site-packages/x/key.py", line1, "usr/lib/python3/site-packages/x-1.dist-info/RECORD"), "github-pat"},
		{"in a key of its own of such a package", recorded("usr/lib/python3/site-packages/x/key.py", accessKey, "usr/lib/python3/site-packages/x-1.dist-info/RECORD"), "aws-access-key-id"},
	}
}

// recorded is a file, and a record of a wheel that has its digest.
func recorded(name, content, record string) func(*builder) {
	relative := strings.TrimPrefix(name, path.Dir(path.Dir(record))+"/")
	sum := sha256.Sum256([]byte(content))
	line := relative + ",sha256=" + base64.RawURLEncoding.EncodeToString(sum[:]) + ",1\n"
	return func(b *builder) { b.gzipped(file(name, content), file(record, line)) }
}

// inDocuments are places in the configuration and the manifest.
func inDocuments() []planted {
	configured := func(change func(*v1.ConfigFile)) func(*builder) {
		return func(b *builder) { change(&b.config); b.gzipped(file("a", "x")) }
	}
	return []planted{
		{"in the environment", configured(func(c *v1.ConfigFile) { c.Config.Env = []string{"NOTE=" + token} }), "github-pat"},
		{"in a label", configured(func(c *v1.ConfigFile) { c.Config.Labels = map[string]string{"note": token} }), "github-pat"},
		{"in the name of a label", configured(func(c *v1.ConfigFile) { c.Config.Labels = map[string]string{token: "x"} }), "github-pat"},
		{"in the history", configured(func(c *v1.ConfigFile) { c.History = []v1.History{{CreatedBy: "RUN curl -u x:" + token}} }), "github-pat"},
		{"in a comment of the history", configured(func(c *v1.ConfigFile) { c.History = []v1.History{{Comment: token}} }), "github-pat"},
		{"in the author", configured(func(c *v1.ConfigFile) { c.Author = token }), "github-pat"},
		{"in the health check", configured(func(c *v1.ConfigFile) {
			c.Config.Healthcheck = &v1.HealthConfig{Test: []string{"CMD-SHELL", "curl -H 'x: " + token + "' <a>"}}
		}), "github-pat"},
		{"in the entry point, in base64", configured(func(c *v1.ConfigFile) {
			c.Config.Entrypoint = []string{"sh", "-c", "echo " + base64.StdEncoding.EncodeToString([]byte(line1)) + "|base64 -d"}
		}), "github-pat"},
		{"in what images on it will do", configured(func(c *v1.ConfigFile) { c.Config.OnBuild = []string{"RUN x " + token} }), "github-pat"},
		{"in a volume", configured(func(c *v1.ConfigFile) { c.Config.Volumes = map[string]struct{}{"/" + token: {}} }), "github-pat"},
		{"in a note on the image", func(b *builder) {
			b.gzipped(file("a", "x"))
			b.manifest.Annotations = map[string]string{"note": token}
		}, "github-pat"},
		{"in a note on a layer", func(b *builder) {
			b.gzipped(file("a", "x"))
			b.manifest.Layers[0].Annotations = map[string]string{"note": token}
		}, "github-pat"},
	}
}

// byName are files that are known to keep credentials, and kinds that have no mark of their own.
func byName(t *testing.T) []planted {
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := func(key any) []byte {
		encoded, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	armoured := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der(ecKey)}))
	locked := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,0123456789ABCDEF0123456789ABCDEF"}, Bytes: bytes.Repeat(der(ecKey), 4)}))
	quoted, _ := json.Marshal(map[string]string{"key": armoured})
	registry := `{"auths":{"registry.example":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("robot:correct-horse")) + `"}}}`
	cluster := "users:\n- user:\n    client-key-data: " + base64.StdEncoding.EncodeToString([]byte(armoured)) + "\n"
	rows := []struct{ name, content, wanted string }{
		{"app/.env", "export DB_PASSWORD='correct horse'\n", "setting"},
		{"app/.env.production", "STRIPE=x\nSECRET_KEY=correct-horse # ours\n", "setting"},
		{"app/config/database.yml", "production:\n  password: \"correct-horse\"\n", "setting"},
		{"app/.git/config", "[remote \"origin\"]\n\turl = https://me:correct-horse@git.example/x.git\n", "url-password"},
		{"root/.git-credentials", "https://me:correct-horse@git.example\n", "url-password"},
		{"root/.netrc", "machine x login y password correct-horse\n", "netrc-password"},
		{"root/.pgpass", "db:5432:*:app:correct-horse\n", "pgpass-password"},
		{"root/.npmrc", "//registry.example/:_authToken=correct-horse\n", "npm-login"},
		{"root/.pypirc", "[pypi]\nusername = x\npassword = correct-horse\n", "setting"},
		{"root/.docker/config.json", registry, "registry-login"},
		{"root/.aws/credentials", "[default]\naws_secret_access_key = " + strings.Repeat("aB3/", 10) + "\n", "aws-secret-access-key"},
		{"root/.kube/config", cluster, "private-key"},
		{"root/.m2/settings.xml", "<server><password>correct-horse</password></server>", "maven-settings-password"},
		{"root/.vault-token", "correct-horse-battery\n", "vault-token"},
		{"etc/shadow", "root:$6$abcdefgh$" + strings.Repeat("x", 86) + ":19000:0:99999:7:::\n", "password-hash"},
		{"root/.bash_history", "cd x\nexport API_TOKEN=correct-horse\n", "setting"},
		{"app/key.pem", armoured, "private-key"},
		{"app/locked.pem", locked, "private-key"},
		{"app/service.json", string(quoted), "private-key"},
		{"app/key.c", "static char k[] =\n  \"" + strings.ReplaceAll(strings.TrimSpace(armoured), "\n", "\\n\"\n  \"") + "\";\n", "private-key"},
		{"app/key.der", string(der(ecKey)), "private-key-der"},
		{"app/ed.der", string(der(edKey)), "private-key-der"},
		{"app/key.txt", base64.StdEncoding.EncodeToString(der(ecKey)), "private-key-der"},
		{"app/key.ppk", "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\nPrivate-Lines: 1\r\nAAAA\r\n", "putty-private-key"},
		{"app/store.jks", "\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00\x05alias", "java-keystore"},
		{"app/age", "AGE-SECRET-" + "KEY-1" + strings.Repeat("QPZRY9X8GF", 5) + "2TVDW0S3", "age-secret-key"},
		{"app/session", "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ", "jwt-token"},
		{"app/x.py", "heroku_key = \"" + "12345678-abcd-abcd-abcd-1234567890ab\"\n", "heroku-api-key"},
	}
	var all []planted
	for _, row := range rows {
		all = append(all, planted{"kept in " + row.name, inFile(row.name, row.content), row.wanted})
	}
	return all
}

// unreadablePlaces are places that cannot be read: they must be named.
func unreadablePlaces(t *testing.T) []planted {
	locked := zipHeader(1, 8, "secret.txt", strings.Repeat("\x17\xe5", 40))
	deep := []byte(line1)
	for range 12 {
		deep = gzipOf(t, deep)
	}
	rows := []struct{ name, content, wanted string }{
		{"app/locked.zip", locked, "encrypted"},
		{"app/other.zip", zipHeader(0, 14, "secret.txt", strings.Repeat("\x17\xe5", 40)), "unknown-format"},
		{"app/x.7z", "7z\xbc\xaf\x27\x1c\x00\x04" + strings.Repeat("\x17\xe5", 40), "unknown-format"},
		{"app/x.rar", "Rar!\x1a\x07\x01\x00" + strings.Repeat("\x17\xe5", 40), "unknown-format"},
		{"app/x.js.br", strings.Repeat("\x17\xe5\x00", 40), "unknown-format"},
		{"app/x.asc", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", "encrypted"},
		{"app/x.age", "age-encryption.org/v1\n-> X25519 x\n", "encrypted"},
		{"app/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n", "encrypted"},
		{"app/store.p12", "\x30\x82\x09\x51\x02\x01\x03\x30\x82\x09\x17" + strings.Repeat("\x17\xe5", 40), "key-store"},
		{"app/deep", string(deep), "too-deep"},
		{"app/broken.gz", string(gzipOf(t, []byte(noise(4000)))[:3000]), "damaged"},
		{"app/header.gz", "\x1f\x8b\x08\xff" + noise(100), "damaged"},
		{"app/program", code + string(gzipOf(t, []byte(noise(4000)))[:3000]), "damaged"},
		{"app/program.bz2", code + "BZh91AY&SY" + noise(300), "damaged"},
		{"app/program.xz", code + string(xzOf(t, noise(4000)))[:2000], "damaged"},
		{"app/script", code + string(deflatedOf(hexed(noise(400))))[:160], "damaged"},
		{"app/broken.zip", zipHeader(0, 8, "a.txt", string(deflatedOf(noise(400)))[2:300]), "damaged"},
		{"app/turned.zip", zipHeader(0, 8, "a.txt", strings.Repeat("\xff", 300)), "damaged"},
		{"app/cut.zip", zipHeader(0, 14, "a.txt", noise(400))[:200], "unknown-format"},
		{"app/nameless.zip", zipHeader(0, 14, "", noise(400)), "unknown-format"},
		{"app/locked2.zip", zipHeader(1, 8, "a\x00.txt", noise(400)), "encrypted"},
		{"app/broken.zst", string(zstdOf(t, []byte(noise(300_000))))[:150_000], "damaged"},
		{"app/turned.zst", "\x28\xb5\x2f\xfd\xff" + noise(300), "damaged"},
		{"app/program.zst", code + string(zstdOf(t, []byte(noise(400_000))))[:300_000], "damaged"},
		{"app/wide.zst", "\x28\xb5\x2f\xfd\x00\xa8" + "\x44\x01\x00" + noise(900), "unknown-format"},
		{"app/program-wide.zst", code + "\x28\xb5\x2f\xfd\x00\xa8" + "\x45\x01\x00" + noise(40), "unknown-format"},
		{"app/learned.zst", learnedZstd(t), "unknown-format"},
		{"app/x86.xz", string(xzHeaders(0x04, 0)) + noise(300), "unknown-format"},
		{"app/program-delta.xz", code + string(xzHeaders(0x03, 0)) + noise(300), "unknown-format"},
		{"app/wide.xz", string(xzHeaders(0x21, 32)) + noise(300), "unknown-format"},
		{"app/two-filters.xz", string(xzHeaders(0x03, 0, 0x21, 20)) + noise(300), "unknown-format"},
		{"app/wide.lzma", "\x5d\x00\x00\x00\x40\xff\xff\xff\xff\xff\xff\xff\xff" + noise(300), "unknown-format"},
		{"app/installer", code + sevenZip(), "unknown-format"},
		{"app/installer2", code + rar(), "unknown-format"},
		{"app/installer3", code + "\x04\x22\x4d\x18\x64\x40\xa7" + noise(300), "unknown-format"},
		{"app/old.lz4", "\x02\x21\x4c\x18" + noise(300), "unknown-format"},
		{"app/old.zst", "\x27\xb5\x2f\xfd" + noise(300), "unknown-format"},
		{"app/encoded", base64.StdEncoding.EncodeToString([]byte(sevenZip())), "unknown-format"},
	}
	var all []planted
	for _, row := range rows {
		all = append(all, planted{"in " + row.name, inFile(row.name, row.content), row.wanted})
	}
	return all
}

func zipHeader(flags, method uint16, name, content string) string {
	header := make([]byte, 30)
	copy(header, "PK\x03\x04")
	binary.LittleEndian.PutUint16(header[4:], 20)
	binary.LittleEndian.PutUint16(header[6:], flags)
	binary.LittleEndian.PutUint16(header[8:], method)
	binary.LittleEndian.PutUint32(header[18:], uint32(len(content)))
	binary.LittleEndian.PutUint32(header[22:], uint32(len(content)))
	binary.LittleEndian.PutUint16(header[26:], uint16(len(name)))
	return string(header) + name + content
}

func TestNoProgramIsTakenForSomethingPacked(t *testing.T) {
	// Programs contain the marks of the formats that they read, followed by arbitrary code.
	marks := []string{"\x1f\x8b\x08", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00", "PK\x03\x04", "PK\x03\x04\x14\x00", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "BZh", "7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "Rar!\x1a\x07\x00", "\x04\x22\x4d\x18", "LZIP\x01", "\x78\x9c", "\x78\x01", "hsqs"}
	var text strings.Builder
	for round := range 2000 {
		text.WriteString(noise(round%97 + 3*len(marks))[round%17:])
		text.WriteString(marks[round%len(marks)])
		text.WriteString(strings.Repeat("\x00", round%5*4))
		text.WriteString(noise(100_000)[round*40:][:200])
	}
	name, _ := newBuilder(t).gzipped(file("usr/bin/program", "\x7fELF"+text.String())).oci()
	report, err := searchImage(name, defaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Found) > 0 || len(report.NotLookedAt) > 0 {
		t.Errorf("wanted nothing said, got %v and %v", report.Found, report.NotLookedAt)
	}
}

func TestEveryPlantedCredentialIsFoundOrItsPlaceIsNamed(t *testing.T) {
	all := places(t)
	if len(all) < 100 {
		t.Fatalf("wanted at least 100 places, have %d", len(all))
	}
	for _, one := range all {
		t.Run(one.where, func(t *testing.T) {
			b := newBuilder(t)
			one.make(b)
			name, _ := b.oci()
			report, err := searchImage(name, defaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			printed, _ := json.Marshal(report)
			for _, secret := range []string{token, accessKey, "correct-horse", "correct horse"} {
				if strings.Contains(string(printed), secret) {
					t.Errorf("the report has the credential: %s", printed)
				}
			}
			if !said(report, one.wanted) {
				t.Errorf("wanted %s, got %s", one.wanted, printed)
			}
		})
	}
}

func said(report *secretsReport, wanted string) bool {
	for _, one := range report.Found {
		if one.ID == wanted && one.Known == "" {
			return true
		}
	}
	for _, one := range report.NotLookedAt {
		if one.Reason == wanted && one.Count > 0 && len(one.Paths) > 0 {
			return true
		}
	}
	return false
}
