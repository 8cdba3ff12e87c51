// Package getter stands in for the module github.com/hashicorp/go-getter, whose clients of cloud storage are a ninth of
// everything that Trivy's compiler reads: Trivy downloads plugins, Terraform modules and VEX repositories with it. Loadline
// lets a scan download nothing.
package getter

import (
	"context"
	"fmt"
	"net/http"
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

// Get refuses.
func (client *Client) Get() error {
	return fmt.Errorf("Loadline's build of Trivy downloads nothing, so not %s; use the one of its publisher", client.Src)
}
