// Package getter stands in for the module github.com/hashicorp/go-getter, whose clients of cloud storage are a ninth of
// everything that Trivy's compiler reads: Trivy downloads plugins, Terraform modules and VEX repositories with it. Loadline
// lets a scan download nothing. Databases come from registries by another way, and are only unpacked by this package.
package getter

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// ClientMode says whether a file or a directory is downloaded.
type ClientMode uint

// The modes that Trivy asks for.
const (
	ClientModeAny ClientMode = iota + 1
	ClientModeFile
)

// ClientOption changes how a client connects.
type ClientOption func(*Client) error

// WithInsecure would accept any certificate.
func WithInsecure() ClientOption {
	return func(*Client) error { return nil }
}

// Getter downloads by one protocol.
type Getter any

// Getters has none.
var Getters = map[string]Getter{}

// FileGetter would copy a local file.
type FileGetter struct {
	Copy bool
}

// HttpGetter would download by HTTP.
type HttpGetter struct {
	Netrc  bool
	Client *http.Client
}

// Client is one download.
type Client struct {
	Ctx     context.Context
	Src     string
	Dst     string
	Pwd     string
	Getters map[string]Getter
	Mode    ClientMode
	Options []ClientOption
}

// Get unpacks a local archive, and refuses everything else.
func (client *Client) Get() error {
	if !filepath.IsAbs(client.Src) || !strings.HasSuffix(client.Src, ".tar.gz") {
		return fmt.Errorf("Loadline's build of Trivy downloads nothing, so not %s; use the one of its publisher", client.Src)
	}
	file, err := os.Open(client.Src)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(client.Dst, 0o755); err != nil {
		return err
	}
	// Nothing is written outside of it, whatever the names in the archive are.
	root, err := os.OpenRoot(client.Dst)
	if err != nil {
		return err
	}
	defer root.Close()
	for archive := tar.NewReader(plain); ; {
		header, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case header.Typeflag == tar.TypeDir:
			err = root.MkdirAll(filepath.Clean(header.Name), 0o755)
		case header.Typeflag == tar.TypeReg:
			err = unpack(root, filepath.Clean(header.Name), archive)
		default:
			err = fmt.Errorf("expected files and directories in %s, found %s", client.Src, header.Name)
		}
		if err != nil {
			return err
		}
	}
}

func unpack(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, content); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
